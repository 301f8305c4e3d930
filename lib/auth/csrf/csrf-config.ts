import type { RequestClient } from '../../http/request-client.js';
import type { CsrfOptions } from './csrf.options.js';

/** The options of `CsrfGuard`, as a provider. */
export class CsrfConfig {
  readonly trusted: ReadonlySet<string>;
  /** In lower case, as in Node. */
  readonly header: string;

  /** @param speaksForUser whether a request has a cookie that may be a user's login, valid or not. */
  constructor(
    readonly options: CsrfOptions,
    readonly speaksForUser: (client: RequestClient) => boolean,
  ) {
    this.trusted = new Set(options.trustedOrigins);
    this.header = options.header.toLowerCase();
  }
}
