import type { ExecutionContext } from '@nestjs/common';
import type { RequestClient } from '../../http/request-client.js';
import type { CsrfOptions } from './csrf.options.js';

/** The options of `CsrfGuard`, as a provider. */
export class CsrfConfig {
  readonly #trusted: Set<string>;
  readonly #ownCredentials: ((context: ExecutionContext) => boolean)[] = [];
  /** In lower case, as in Node. */
  readonly header: string;

  /** @param speaksForUser whether a request has a cookie that may be a user's login, valid or not. */
  constructor(
    readonly options: CsrfOptions,
    readonly speaksForUser: (client: RequestClient) => boolean,
  ) {
    this.#trusted = new Set(options.trustedOrigins);
    this.header = options.header.toLowerCase();
  }

  /** Origins besides the request's own. */
  get trusted(): ReadonlySet<string> {
    return this.#trusted;
  }

  /**
   * Leaves requests alone that carry a credential of their own, which another site cannot make a browser send.
   *
   * @param carries whether a request does, so that its session does not say who it is from
   */
  leaveAlone(carries: (context: ExecutionContext) => boolean): void {
    this.#ownCredentials.push(carries);
  }

  /** Whether a request carries a credential of its own. */
  hasOwnCredential(context: ExecutionContext): boolean {
    return this.#ownCredentials.some((carries) => carries(context));
  }

  /** Trusts a further origin, which a module knows as the application's own. Call it before the first request. */
  trust(origin: string): void {
    this.#trusted.add(origin);
  }
}
