import { isOnConnection, type RawResponse } from './raw-response.js';

const headerChanges = { setHeader: 'set', setHeaders: 'set', appendHeader: 'append', removeHeader: 'remove' } as const;

type Listener = (this: RawResponse, ...args: unknown[]) => unknown;
type Listen = (this: RawResponse, event: string | symbol, listener: Listener) => unknown;

/** Node's error for changing headers that have been sent. */
export class HeadersSentError extends Error {
  readonly code = 'ERR_HTTP_HEADERS_SENT';

  constructor(verb: string) {
    super(`Cannot ${verb} headers after they are sent to the client`);
  }
}

/**
 * How a waiting response looks to others: its headers seem to be sent. Otherwise another response might be started in its
 * place, or its headers changed after the handler was done with them.
 */
export class HeldResponse {
  /** Own properties of the response that were replaced: a middleware may have added its own methods. */
  readonly #former = new Map<string, PropertyDescriptor | undefined>();
  readonly #statusCode: number;
  /** Listeners that wait for 'drain', which the response itself would not emit. */
  readonly #waiting: Listener[] = [];

  constructor(private readonly response: RawResponse) {
    this.#statusCode = response.statusCode;
    this.#put('headersSent', true);
    for (const [name, verb] of Object.entries(headerChanges)) {
      if (!(name in response)) continue;
      this.#put(name, (): never => {
        throw new HeadersSentError(verb);
      });
    }
    if (Object.hasOwn(response, 'on')) this.#hearWhoWaits();
  }

  /**
   * From here on it also seems to have ended. Not if an adapter reads the response from the object, which would then happen too
   * early.
   */
  end(): void {
    if (isOnConnection(this.response)) this.#put('writableEnded', true);
  }

  /** Calls `passed` before Node sends a part of the body past the queue. */
  guard(passed: () => void): void {
    const name = '_send';
    const send: unknown = Reflect.get(this.response, name);
    // Node's own method, through which all data passes. A response without it is not Node's.
    if (typeof send !== 'function' || this.#former.has(name)) return;
    this.#put(name, (...args: unknown[]): unknown => {
      passed();
      return Reflect.apply(send, this.response, args) as unknown;
    });
  }

  release(): void {
    for (const [name, descriptor] of this.#former) {
      if (descriptor === undefined) Reflect.deleteProperty(this.response, name);
      else Object.defineProperty(this.response, name, descriptor);
    }
    if (this.response.statusCode !== this.#statusCode) this.response.statusCode = this.#statusCode;
  }

  /** Emits 'drain' for the callers that wait for it. */
  tellToGoOn(): void {
    this.response.emit('drain');
    for (const listener of this.#waiting.splice(0)) Reflect.apply(listener, this.response, []);
  }

  /** Compression moves listeners to a stream of its own, which was never full. */
  #hearWhoWaits(): void {
    const on = Reflect.get(this.response, 'on') as Listen;
    this.#put('on', (event: string | symbol, listener: Listener): unknown => {
      if (event === 'drain') this.#waiting.push(listener);
      return Reflect.apply(on, this.response, [event, listener]);
    });
  }

  #put(name: string, value: unknown): void {
    if (!this.#former.has(name)) this.#former.set(name, Object.getOwnPropertyDescriptor(this.response, name));
    Object.defineProperty(this.response, name, { value, configurable: true, writable: true });
  }
}
