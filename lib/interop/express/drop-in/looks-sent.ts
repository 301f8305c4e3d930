import type { ServerResponse } from 'node:http';

const changes = { setHeader: 'set', setHeaders: 'set', appendHeader: 'append', removeHeader: 'remove' } as const;

/**
 * Makes a response that waits look as if its head had gone out. Otherwise a second answer would be begun in its place, or its
 * headers would be changed after the handler was done with them.
 */
export class LooksSent {
  readonly #former = new Map<string, PropertyDescriptor | undefined>();
  readonly #statusCode: number;

  constructor(private readonly res: ServerResponse) {
    this.#statusCode = res.statusCode;
    this.#put('headersSent', true);
    for (const [method, verb] of Object.entries(changes)) {
      this.#put(method, (): never => {
        const error = new Error(`Cannot ${verb} headers after they are sent to the client`);
        throw Object.assign(error, { code: 'ERR_HTTP_HEADERS_SENT' });
      });
    }
  }

  lift(): void {
    for (const [name, descriptor] of this.#former) {
      if (descriptor === undefined) Reflect.deleteProperty(this.res, name);
      else Object.defineProperty(this.res, name, descriptor);
    }
    this.res.statusCode = this.#statusCode;
  }

  #put(name: string, value: unknown): void {
    this.#former.set(name, Object.getOwnPropertyDescriptor(this.res, name));
    Object.defineProperty(this.res, name, { value, configurable: true, writable: true });
  }
}
