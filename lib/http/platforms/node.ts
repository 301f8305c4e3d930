import type { EventEmitter } from 'node:events';
import { isResponse } from '../../response/doors.js';
import type { RawResponse } from '../../response/raw-response.js';
import type { Platform, RequestContext } from './platform.js';
import { enterAtServer, isEncrypted, remoteAddress, type RawRequest } from './raw.js';

/** Nest's NodeAdapter, and any other that passes on Node's own request and response. */
export class NodePlatform implements Platform {
  constructor(private readonly server: EventEmitter | undefined) {}

  bind(key: symbol, value: object): void {
    // This server's requests have no prototype of their own, so each is marked as it arrives.
    this.server?.prependListener('request', (request: object) => {
      Object.defineProperty(request, key, { value, configurable: true });
    });
  }

  reserve(): void {
    // A property can be added to Node's requests at no cost.
  }

  putInContext(context: RequestContext): void {
    enterAtServer(this.server, context);
  }

  rawRequest(request: object): RawRequest {
    return request as RawRequest;
  }

  rawResponse(response: unknown): RawResponse | null {
    return isResponse(response) ? response : null;
  }

  isHttps(request: object): boolean {
    return isEncrypted(this.rawRequest(request));
  }

  addressOf(request: object): string {
    return remoteAddress(this.rawRequest(request));
  }

  trustsSender(): boolean {
    // It does not support proxies: use `publicUrl` instead.
    return false;
  }

  endsAtOnce(): boolean {
    return false;
  }
}
