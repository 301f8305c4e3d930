import type { RawResponse } from './platforms/raw.js';

const headerChanges = ['setHeader', 'removeHeader', 'appendHeader', 'setHeaders'] as const;

/** What Node says to a change of headers that have gone out. */
export class HeadersSentError extends Error {
  readonly code = 'ERR_HTTP_HEADERS_SENT';

  constructor(what: string) {
    super(`Cannot ${what} after headers are sent to the client`);
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

  constructor(private readonly response: RawResponse) {
    this.#statusCode = response.statusCode;
    this.#put('headersSent', true);
    for (const name of headerChanges) {
      if (!(name in response)) continue;
      this.#put(name, (): never => {
        throw new HeadersSentError(name);
      });
    }
  }

  /** From here on it looks as if it had been ended, too. */
  end(): void {
    this.#put('writableEnded', true);
  }

  release(): void {
    for (const [name, descriptor] of this.#former) {
      if (descriptor === undefined) Reflect.deleteProperty(this.response, name);
      else Object.defineProperty(this.response, name, descriptor);
    }
    if (this.response.statusCode !== this.#statusCode) this.response.statusCode = this.#statusCode;
  }

  #put(name: string, value: unknown): void {
    if (!this.#former.has(name)) this.#former.set(name, Object.getOwnPropertyDescriptor(this.response, name));
    Object.defineProperty(this.response, name, { value, configurable: true, writable: true });
  }
}
