import type { EventEmitter } from 'node:events';
import { SessionConfigError } from '../../errors.js';
import { isResponse } from '../../response/doors.js';
import type { RawResponse } from '../../response/raw-response.js';
import type { Platform, RequestContext } from './platform.js';
import { enterAtServer, isEncrypted, remoteAddress, wouldBelieveSender, type RawRequest } from './raw.js';

/** The parts of a Fastify instance that are used. */
export interface FastifyInstance {
  decorateRequest(key: symbol | string, value: Accessor): unknown;
  hasRequestDecorator(key: symbol | string): boolean;
  readonly server?: EventEmitter;
  /** Of @fastify/middie, with which Nest runs middleware. */
  use?: (...args: unknown[]) => unknown;
  addHook(
    name: 'onRequest' | 'preValidation',
    hook: (request: object, reply: object, done: () => void) => void,
  ): unknown;
}

type Middleware = (request: object, response: unknown, next: () => void) => void;

interface Accessor {
  getter(this: { raw: object }): unknown;
  setter?(this: { raw: object }, value: unknown): void;
}

/** Fastify wraps Node's request and response, and keeps them as `raw`. */
export class FastifyPlatform implements Platform {
  readonly #replies = new WeakMap<object, object>();

  constructor(private readonly instance: FastifyInstance) {}

  bind(key: symbol, value: object): void {
    if (this.instance.hasRequestDecorator(key)) {
      // Its sessions would be those of the other one.
      throw new SessionConfigError([
        {
          setting: 'SessionModule',
          problem:
            'another application with sessions has this context of Fastify, or one around it: give each a context of its own, ' +
            'beside the other (instance.register(plugin, { prefix }))',
        },
      ]);
    }
    this.instance.decorateRequest(key, { getter: () => value });
  }

  exposeSession(): void {
    if (this.instance.hasRequestDecorator('session')) return;
    this.instance.decorateRequest('session', {
      getter() {
        return Reflect.get(this.raw, 'session') as unknown;
      },
      setter(value) {
        Reflect.set(this.raw, 'session', value);
      },
    });
  }

  reserve(): void {
    // A property can be added to Node's requests at no cost.
  }

  putInContext(context: RequestContext): void {
    const run = (request: object, reply: unknown, done: () => void): void => {
      context.run(request, reply, done);
    };
    enterAtServer(this.instance.server, context);
    this.#beforeMiddleware(run);
    // For requests that come without the server, by `inject()` or at a second address; and to tell it Fastify's own request.
    this.instance.addHook('onRequest', run);
    // After the body and the hooks before it, which may have continued in another context.
    this.instance.addHook('preValidation', run);
  }

  /** Adds middleware before the first one of Nest, if there is any: the first one makes each request cost several microseconds more. */
  #beforeMiddleware(middleware: Middleware): void {
    const { instance } = this;
    const { use } = instance;
    if (use === undefined) return;
    instance.use = function (this: object, ...args: unknown[]) {
      instance.use = use;
      Reflect.apply(use, instance, [middleware]);
      return Reflect.apply<object, unknown[], unknown>(use, this, args);
    };
  }

  rawRequest(request: object): RawRequest {
    return ('raw' in request ? request.raw : request) as RawRequest;
  }

  rawResponse(response: unknown): RawResponse | null {
    const raw = typeof response === 'object' && response !== null && 'raw' in response ? response.raw : response;
    return isResponse(raw) ? raw : null;
  }

  keepResponses(): void {
    this.instance.addHook('onRequest', (request, reply, done) => {
      this.#replies.set(request, reply);
      done();
    });
  }

  responseTo(request: object): RawResponse | null {
    return this.rawResponse(this.#replies.get(request));
  }

  unrouted(request: RawRequest): object {
    const type: unknown = Object.getOwnPropertySymbols(this.instance)
      .filter(({ description }) => description === 'fastify.Request')
      .map((key) => Reflect.get(this.instance, key) as unknown)[0];
    // Fastify has no other way to make one. Without it, there is no knowledge of proxies.
    if (typeof type !== 'function') return request;
    return Reflect.construct(type, ['', {}, request, {}, null, null]) as object;
  }

  isHttps(request: object): boolean {
    // `protocol` respects the setting "trustProxy". Middleware gets Node's request, which knows no proxy.
    return 'protocol' in request ? request.protocol === 'https' : isEncrypted(this.rawRequest(request));
  }

  addressOf(request: object): string {
    // `ip` respects the trust in proxies, like `protocol`.
    return 'ip' in request && typeof request.ip === 'string' ? request.ip : remoteAddress(this.rawRequest(request));
  }

  trustsSender(request: object): boolean {
    return wouldBelieveSender(request);
  }

  endsAtOnce(args: readonly unknown[]): boolean {
    // Fastify passes every argument; code that writes to `reply.raw` may have changed the session since its `writeHead`.
    return args.length === 3 && args[1] === null && args[2] === null;
  }
}
