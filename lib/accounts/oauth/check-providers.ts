import { parseUrl } from '../../config/parse-url.js';
import { knownProviders } from './known-providers.js';
import type { OAuthProviderSettings } from './provider-settings.js';

/** A name that is a segment of a path. */
const nameForm = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** What is wrong with providers as they were handed in; null: nothing that can be seen before a request. */
export function providersProblem(providers: object): string | null {
  for (const [name, settings] of Object.entries(providers) as [string, unknown][]) {
    if (!nameForm.test(name)) return `${name}: expected a name of lower-case letters, digits, - and _`;
    if (typeof settings === 'function') continue;
    const problem = settingsProblem(name, settings);
    if (problem !== null) return `${name}: ${problem}`;
  }
  return null;
}

/** The settings of a provider, with what is known of it. */
export function settingsOf(name: string, settings: OAuthProviderSettings): OAuthProviderSettings {
  return { ...knownProviders[name], ...settings };
}

/** What is wrong with the settings of one provider; null: nothing. */
export function settingsProblem(name: string, given: unknown): string | null {
  if (typeof given !== 'object' || given === null) return 'expected an object with clientId';
  const settings: Readonly<Record<string, unknown>> = { ...knownProviders[name], ...given };
  const { clientId, clientSecret, issuer, endpoints, profile, keepTokens = false } = settings;
  if (typeof clientId !== 'string' || clientId === '') return 'clientId is missing';
  if (clientSecret !== undefined && (typeof clientSecret !== 'string' || clientSecret === '')) {
    return 'clientSecret is empty: leave it out for a public client';
  }
  if (typeof keepTokens !== 'boolean') return 'keepTokens: expected true or false';
  if (endpoints === undefined) return isSafeUrl(issuer) ? null : 'issuer: expected an https URL';
  if (typeof endpoints !== 'object' || endpoints === null) return 'endpoints: expected an object';
  if (typeof profile !== 'function') return 'profile is missing: pass a function that returns the profile of a user';
  const wrong = ['authorization', 'token', 'api'].find((one) => !isSafeUrl(Reflect.get(endpoints, one)));
  return wrong === undefined ? null : `endpoints.${wrong}: expected an https URL`;
}

/** Whether a host is this machine. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** Without TLS, only on this machine. */
function isSafeUrl(value: unknown): boolean {
  const url = typeof value === 'string' ? parseUrl(value) : null;
  return url !== null && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url)));
}
