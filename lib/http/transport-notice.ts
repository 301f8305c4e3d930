import type { Notices } from './notices.js';
import type { Platform } from './platforms/platform.js';
import { remoteAddress, type RawRequest } from './platforms/raw.js';

/** How many requests are checked: a wrong setup shows with the first of them. */
const REQUESTS = 100;

const fromProxy = ['forwarded', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host'];

/** Warns in production about requests for which sessions do not work well: over plain HTTP, or from an unknown proxy. */
export class TransportNotice {
  #left = REQUESTS;

  constructor(
    private readonly notices: Notices,
    /** Whether the application's `publicUrl` uses HTTPS. */
    private readonly isPublicByHttps: boolean,
  ) {}

  look(request: object, raw: RawRequest, platform: Platform): void {
    if (this.#left === 0) return;
    this.#left--;
    const isForwarded = fromProxy.some((name) => raw.headers[name] !== undefined);
    if (isForwarded && !platform.trustsSender(request)) {
      this.notices.once(
        'untrusted-proxy',
        'A request has headers of a proxy (X-Forwarded-For and the like) that the server does not trust, so every client has the address ' +
          "of the proxy and seems to use plain HTTP. Configure the proxy's address: app.set('trust proxy', 'loopback') on Express, " +
          "new FastifyAdapter({ trustProxy: '127.0.0.1' }) on Fastify.",
      );
    } else if (!this.isPublicByHttps && !isLocal(raw) && !platform.isHttps(request)) {
      this.notices.once(
        'plain-http',
        'A request came over plain HTTP, where browsers neither keep nor send the session cookie, which is Secure in production. Use HTTPS; ' +
          'behind a proxy that terminates HTTPS, make the server trust it (trust proxy, trustProxy), or set SESSION_PUBLIC_URL.',
      );
    }
  }
}

/** Browsers treat localhost as secure; health checks and local tests come from there. */
function isLocal(raw: RawRequest): boolean {
  const host = raw.headers.host ?? '';
  return /^(localhost|127\.|\[::1\])/i.test(host) || /^(::ffff:)?127\.|^::1$/.test(remoteAddress(raw));
}
