import { isOnConnection, type RawResponse } from './raw-response.js';

const headerChanges = { setHeader: 'set', setHeaders: 'set', appendHeader: 'append', removeHeader: 'remove' } as const;

type Listener = (this: RawResponse, ...args: unknown[]) => unknown;
type Listen = (this: RawResponse, event: string | symbol, listener: Listener) => unknown;

/** What Node says to a change of headers that have gone out. */
export class HeadersSentError extends Error {
  readonly code = 'ERR_HTTP_HEADERS_SENT';

  constructor(verb: string) {
    super(`Cannot ${verb} headers after they are sent to the client`);
  }
}

/**
 * A response that waits, as everybody else sees it: its head has gone out. Otherwise a second answer would be begun in its
 * place, or its headers changed after the handler was done with them.
 */
export class HeldResponse {
  /** What stood on the response itself before: a middleware may have put its own methods there. */
  readonly #former = new Map<string, PropertyDescriptor | undefined>();
  readonly #statusCode: number;
  /** Who waits for the buffer, and would not hear of it from the response. */
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
   * From here on it looks as if it had been ended, too. Not where the answer is taken out of the response: whoever does that would
   * take it before it is there.
   */
  end(): void {
    if (isOnConnection(this.response)) this.#put('writableEnded', true);
  }

  /** Lets `passed` hear of the next part of a body that Node is about to send all the same, past what waits. */
  guard(passed: () => void): void {
    const name = '_send';
    const send: unknown = Reflect.get(this.response, name);
    // Node's own, by which all of a body goes, whoever calls what. Without it, there would be no answer of Node's at all.
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

  /** Tells whoever was told that the buffer is full to go on. */
  tellToGoOn(): void {
    this.response.emit('drain');
    for (const listener of this.#waiting.splice(0)) Reflect.apply(listener, this.response, []);
  }

  /** Compression hands listeners on to a stream of its own, which was never full. */
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
