import type { EventEmitter } from 'node:events';
import { isEncrypted, type Platform, type RawRequest, type RawResponse } from './platform.js';

/** Nest's NodeAdapter, and any other that hands on Node's own request and response. */
export class NodePlatform implements Platform {
  constructor(private readonly server: EventEmitter | undefined) {}

  bind(key: symbol, value: object): void {
    // There is no prototype of this server's requests alone, so each is marked as it comes.
    this.server?.prependListener('request', (request: object) => {
      Object.defineProperty(request, key, { value, configurable: true });
    });
  }

  rawRequest(request: object): RawRequest {
    return request as RawRequest;
  }

  rawResponse(response: object): RawResponse {
    return response as RawResponse;
  }

  isHttps(request: object): boolean {
    return isEncrypted(this.rawRequest(request));
  }

  answersAtOnce(): boolean {
    return false;
  }
}
