import type { EventEmitter } from 'node:events';
import { PrototypeDoors, type GateDoors } from '../gate-doors.js';
import type { Platform } from './platform.js';
import { isEncrypted, remoteAddress, wouldBelieveSender, type RawRequest, type RawResponse } from './raw.js';

/** The parts of an Express application that are used. */
export interface ExpressInstance {
  /** The prototype of the application's requests. */
  readonly request: object;
  /** The prototype of its responses. */
  readonly response: object;
}

type Slots = Record<symbol, undefined>;

/** Express hands on Node's request and response. */
export class ExpressPlatform implements Platform {
  readonly doors: GateDoors;

  readonly #requestSlots: symbol[] = [];
  readonly #responseSlots: readonly symbol[];

  /** @param server the one that the application listens with; undefined: none that is known */
  constructor(
    private readonly instance: ExpressInstance,
    server: EventEmitter | undefined,
  ) {
    const doors = new PrototypeDoors(instance.response);
    this.doors = doors;
    this.#responseSlots = [doors.slot];
    server?.prependListener('request', this.#makeRoom);
  }

  /**
   * Express gives every request and response another prototype, and a property that is added afterwards costs some
   * microseconds each. Added before, and left empty, it costs next to nothing.
   */
  readonly #makeRoom = (request: Slots, response: Slots): void => {
    for (const slot of this.#requestSlots) request[slot] = undefined;
    for (const slot of this.#responseSlots) response[slot] = undefined;
  };

  bind(key: symbol, value: object): void {
    Object.defineProperty(this.instance.request, key, { value, configurable: true });
  }

  reserve(slot: symbol): void {
    this.#requestSlots.push(slot);
  }

  rawRequest(request: object): RawRequest {
    return request as RawRequest;
  }

  rawResponse(response: object): RawResponse {
    return response as RawResponse;
  }

  isHttps(request: object): boolean {
    // `secure` minds the setting "trust proxy".
    return 'secure' in request ? request.secure === true : isEncrypted(this.rawRequest(request));
  }

  addressOf(request: object): string {
    // `ip` minds the trust in proxies, as `secure` does.
    return 'ip' in request && typeof request.ip === 'string' ? request.ip : remoteAddress(this.rawRequest(request));
  }

  trustsSender(request: object): boolean {
    return wouldBelieveSender(request);
  }

  endsAtOnce(): boolean {
    return false;
  }
}
