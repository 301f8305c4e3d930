import { SessionConfigError } from '../../errors.js';
import { isResponse, type RawResponse } from '../../response/raw-response.js';
import type { Platform } from './platform.js';
import { isEncrypted, remoteAddress, wouldBelieveSender, type RawRequest } from './raw.js';

/** The parts of a Fastify instance that are used. */
export interface FastifyInstance {
  decorateRequest(key: symbol | string, value: Accessor): unknown;
  hasRequestDecorator(key: symbol | string): boolean;
}

interface Accessor {
  getter(this: { raw: object }): unknown;
  setter?(this: { raw: object }, value: unknown): void;
}

/** Fastify wraps Node's request and response, and keeps them as `raw`. */
export class FastifyPlatform implements Platform {
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

  rawRequest(request: object): RawRequest {
    return ('raw' in request ? request.raw : request) as RawRequest;
  }

  rawResponse(response: unknown): RawResponse | null {
    const raw = typeof response === 'object' && response !== null && 'raw' in response ? response.raw : response;
    return isResponse(raw) ? raw : null;
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
