import { isEncrypted, type Platform, type RawRequest, type RawResponse } from './platform.js';

/** The parts of an Express application that are used. */
export interface ExpressInstance {
  /** The prototype of the application's requests. */
  readonly request: object;
}

/** Express hands on Node's request and response. */
export class ExpressPlatform implements Platform {
  constructor(private readonly instance: ExpressInstance) {}

  bind(key: symbol, value: object): void {
    Object.defineProperty(this.instance.request, key, { value, configurable: true });
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

  answersAtOnce(): boolean {
    return false;
  }
}
