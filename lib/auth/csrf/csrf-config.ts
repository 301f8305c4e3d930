import type { RequestClient } from '../../http/request-client.js';
import type { CsrfOptions } from './csrf.options.js';

/** The options of `CsrfGuard`, as a provider. */
export class CsrfConfig {
  readonly trusted: ReadonlySet<string>;
  /** As Node names it. */
  readonly header: string;

  /** @param speaksForUser whether a request has a cookie that may be the login of a user, of whatever worth. */
  constructor(
    readonly options: CsrfOptions,
    readonly speaksForUser: (client: RequestClient) => boolean,
  ) {
    this.trusted = new Set(options.trustedOrigins);
    this.header = options.header.toLowerCase();
  }
}
