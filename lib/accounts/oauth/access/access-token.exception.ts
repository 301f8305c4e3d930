import { HttpException } from '@nestjs/common';
import { bodyOf } from '../../http/accounts.exception.js';

/** Why there is no access token of a provider. @publicApi */
export type AccessTokenProblem =
  /** The login has no tokens of this provider, or they have expired and cannot be renewed: sign in with it again. */
  | 'PROVIDER_TOKENS_MISSING'
  /** The provider has not granted the scope that is needed: sign in again, and request it. */
  | 'PROVIDER_SCOPE_MISSING'
  /** The provider no longer renews the tokens; the login has ended. */
  | 'PROVIDER_TOKENS_REFUSED'
  /** The provider does not respond in time. The login stays; retry later. */
  | 'PROVIDER_UNAVAILABLE';

const statuses: Readonly<Record<AccessTokenProblem, number>> = {
  PROVIDER_TOKENS_MISSING: 403,
  PROVIDER_SCOPE_MISSING: 403,
  PROVIDER_TOKENS_REFUSED: 401,
  PROVIDER_UNAVAILABLE: 503,
};

/**
 * There is no access token of a provider for this request. The body is Nest's, plus `code`, `provider`, and `scope` if one is missing. A
 * client continues with `POST /auth/oauth/{provider}`, or retries after a 503.
 *
 * @publicApi
 */
export class AccessTokenException extends HttpException {
  constructor(
    readonly code: AccessTokenProblem,
    /** The name of the provider in the settings. */
    readonly provider: string,
    /** The missing part of the scope; null: nothing. */
    readonly scope: string | null = null,
  ) {
    const status = statuses[code];
    super({ ...bodyOf(status, code), code, provider, ...(scope !== null && { scope }) }, status);
  }
}
