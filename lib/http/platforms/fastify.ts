import { isEncrypted, type Platform, type RawRequest, type RawResponse } from './platform.js';

/** The parts of a Fastify instance that are used. */
export interface FastifyInstance {
  decorateRequest(key: symbol, value: { getter: () => object }): unknown;
  hasRequestDecorator(key: symbol): boolean;
}

/** Fastify wraps Node's request and response, and keeps them under `raw`. */
export class FastifyPlatform implements Platform {
  constructor(private readonly instance: FastifyInstance) {}

  bind(key: symbol, value: object): void {
    if (!this.instance.hasRequestDecorator(key)) this.instance.decorateRequest(key, { getter: () => value });
  }

  rawRequest(request: object): RawRequest {
    return ('raw' in request ? request.raw : request) as RawRequest;
  }

  rawResponse(response: object): RawResponse {
    return ('raw' in response ? response.raw : response) as RawResponse;
  }

  isHttps(request: object): boolean {
    // `protocol` minds the setting "trustProxy". A middleware is handed Node's request, which knows no proxy.
    return 'protocol' in request ? request.protocol === 'https' : isEncrypted(this.rawRequest(request));
  }

  answersAtOnce(response: object): boolean {
    // `sent` is true before the end where a handler has taken the response over, and may do something in between.
    return 'sent' in response && response.sent === false;
  }
}
