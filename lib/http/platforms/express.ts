import type { EventEmitter } from 'node:events';
import { isResponse, makeDoors } from '../../response/doors.js';
import type { RawResponse } from '../../response/raw-response.js';
import { ExpressTenant, type SharedInstance } from './express-tenants.js';
import { ARRIVED_AT, type Platform, type RequestContext } from './platform.js';
import { enterAtServer, isEncrypted, remoteAddress, wouldBelieveSender, type RawRequest } from './raw.js';

/** The parts of an Express application that are used. */
export type ExpressInstance = SharedInstance;

type Slots = Record<symbol, unknown>;

/** Express passes on Node's request and response. */
export class ExpressPlatform implements Platform {
  readonly #tenant: ExpressTenant;
  readonly #requestSlots: symbol[] = [];

  /** @param server the one that the application listens with; undefined: unknown */
  constructor(
    private readonly instance: ExpressInstance,
    private readonly server: EventEmitter | undefined,
  ) {
    this.#tenant = new ExpressTenant(instance);
    server?.prependListener('request', this.#makeRoom);
  }

  /**
   * Express changes the prototype of every request and response, after which adding a property costs some microseconds. Added
   * before, and left empty, it costs next to nothing.
   */
  readonly #makeRoom = (request: Slots, response: object): void => {
    request[ARRIVED_AT] ??= this.#tenant.own;
    for (const slot of this.#requestSlots) if (!(slot in request)) request[slot] = undefined;
    makeDoors(response);
  };

  bind(key: symbol, value: object): void {
    this.#tenant.bind(key, value);
  }

  reserve(slot: symbol): void {
    this.#requestSlots.push(slot);
  }

  putInContext(context: RequestContext): void {
    enterAtServer(this.server, context);
    // For requests that come without the server, as in functions, and for body parsers that call `next` from elsewhere.
    this.instance.use((request, response, next) => {
      context.run(request, response, next);
    });
  }

  rawRequest(request: object): RawRequest {
    return request as RawRequest;
  }

  rawResponse(response: unknown): RawResponse | null {
    return isResponse(response) ? response : null;
  }

  unrouted(request: RawRequest): object {
    return this.#tenant.unrouted(request);
  }

  isHttps(request: object): boolean {
    // `secure` respects the setting "trust proxy".
    return 'secure' in request ? request.secure === true : isEncrypted(this.rawRequest(request));
  }

  addressOf(request: object): string {
    // `ip` respects the trust in proxies, like `secure`.
    return 'ip' in request && typeof request.ip === 'string' ? request.ip : remoteAddress(this.rawRequest(request));
  }

  trustsSender(request: object): boolean {
    return wouldBelieveSender(request);
  }

  endsAtOnce(): boolean {
    return false;
  }
}
