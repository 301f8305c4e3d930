import type { webcrypto } from 'node:crypto';
import type { ProviderTokens } from '../openid-client-library.js';

/** Somebody is asking the provider for new tokens, or has just asked in vain. */
export interface RefreshClaim {
  readonly by: string;
  /** Until when nobody else asks, in ms since the epoch. */
  readonly until: number;
  readonly hasFailed?: true;
}

/** The tokens of a provider, as they are kept with a login. */
export interface KeptTokens {
  readonly accessToken: string;
  /** When they were asked for, in ms since the epoch. */
  readonly askedAt: number;
  /** When the access token expires, in ms since the epoch; null: the provider does not say. */
  readonly expiresAt: number | null;
  /** Null: there is none. */
  readonly refreshToken: string | null;
  readonly scopes: readonly string[];
  /** The key that they are bound to (DPoP), as a JWK; null: none. */
  readonly key: webcrypto.JsonWebKey | null;
  /** Which client of which provider they are for. */
  readonly client: string;
  readonly claim?: RefreshClaim;
  /** The provider does not accept the refresh token any more. */
  readonly isRefused?: true;
}

/** The most characters that an access token or a refresh token may have. */
const longest = 16_384;

/**
 * What a provider has answered. Null: it is too long to be kept.
 *
 * @param known what it need not say: the scopes that were asked for, and the former refresh token
 */
export function tokensIn(
  answer: ProviderTokens,
  known: Pick<KeptTokens, 'askedAt' | 'refreshToken' | 'scopes' | 'key' | 'client'>,
): KeptTokens | null {
  const { askedAt, scopes, key, client } = known;
  const { access_token: accessToken, refresh_token: refreshToken = known.refreshToken, scope } = answer;
  if (accessToken.length > longest || (refreshToken?.length ?? 0) > longest) return null;
  const seconds = answer.expiresIn();
  return {
    accessToken,
    askedAt,
    expiresAt: seconds === undefined ? null : askedAt + seconds * 1000,
    refreshToken,
    scopes: scope === undefined ? scopes : scopesIn(scope),
    key,
    client,
  };
}

export function scopesIn(scope: string): readonly string[] {
  return scope.split(' ').filter((one) => one !== '');
}

/** Whether the access token is valid for some more time; of a short-lived one at most half of its life is asked for. */
export function isLive({ expiresAt, askedAt }: KeptTokens, now: number, minValidity: number): boolean {
  return expiresAt === null || expiresAt - now > Math.min(minValidity, (expiresAt - askedAt) / 2);
}

/** Whether it can still be used. */
export function isUsable({ expiresAt }: KeptTokens, now: number): boolean {
  return expiresAt === null || expiresAt > now;
}
