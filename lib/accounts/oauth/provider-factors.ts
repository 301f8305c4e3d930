import type { IdTokenClaims } from './openid-client-library.js';
import type { OAuthProviderSettings } from './provider-settings.js';

/** Values of RFC 8176 for something that one has, is or knows; and those that are none of it are left out. */
const possession = new Set(['hwk', 'swk', 'otp', 'sms', 'tel', 'sc', 'pop']);
const inherence = new Set(['face', 'fpt', 'iris', 'retina', 'vbm']);
const knowledge = new Set(['pwd', 'pin', 'kba']);

/**
 * What a sign-in proves: `oauth`, and the factors that the provider reports. Not `pwd` and not `user`: those are the account's own password,
 * and a passkey that has verified its user.
 */
export function factorsOf(
  claims: IdTokenClaims | undefined,
  { trustFactors = true, mfaAcrValues = [] }: OAuthProviderSettings,
): readonly string[] {
  const amr = trustFactors ? textsIn(claims?.['amr']) : [];
  const acr = claims?.['acr'];
  const has = (kind: ReadonlySet<string>): boolean => amr.some((one) => kind.has(one));
  const kinds = [possession, inherence, knowledge].filter(has).length;
  const isMfa = amr.includes('mfa') || kinds > 1 || (typeof acr === 'string' && mfaAcrValues.includes(acr));
  const named = amr.filter((one) => possession.has(one) || inherence.has(one));
  return [...new Set(['oauth', ...named, ...(isMfa ? ['mfa'] : [])])];
}

/** Whether the provider has authenticated the person in a way that was asked for. */
export function hasAcr(claims: IdTokenClaims | undefined, { acrValues }: OAuthProviderSettings): boolean {
  if (acrValues === undefined || acrValues.length === 0) return true;
  const acr = claims?.['acr'];
  return typeof acr === 'string' && acrValues.includes(acr);
}

/** When the provider has authenticated the person, in ms since the epoch; null: it does not say. */
export function provedAtIn(claims: IdTokenClaims | undefined): number | null {
  const time = claims?.auth_time;
  return typeof time === 'number' ? time * 1000 : null;
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}
