import { Logger } from '@nestjs/common';
import { types } from 'node:util';
import { AccountsException } from '../http/accounts.exception.js';
import type { OAuthProvider } from './oauth-providers.js';

const logger = new Logger('OAuth');

/** What a provider says that a person has not agreed to, or cannot do without being asked. */
const denials = new Set(['access_denied', 'login_required', 'interaction_required', 'consent_required']);
/** Codes of errors that say that nothing has come, or nothing that it should be. */
const silences = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC']);
const outages = new Set(['server_error', 'temporarily_unavailable']);

/** What has gone wrong between this application and a provider. */
export type OAuthFailureCode = 'OAUTH_DENIED' | 'OAUTH_UNREACHABLE' | 'OAUTH_FAILED';

const statuses: Readonly<Record<OAuthFailureCode, number>> = {
  OAUTH_DENIED: 403,
  OAUTH_UNREACHABLE: 503,
  OAUTH_FAILED: 401,
};

/** Runs what may fail at a provider. @throws AccountsException whatever the error is: none of them is this application's */
export async function atProvider<Result>(provider: OAuthProvider, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AccountsException) throw error;
    const code = codeOf(error);
    // Never the error itself, which holds what the provider has sent, tokens among it.
    if (code !== 'OAUTH_DENIED') logger.warn(`Signing in with ${provider.name} failed: ${reasonOf(error)}.`);
    throw new AccountsException(statuses[code], code);
  }
}

function codeOf(error: unknown): OAuthFailureCode {
  const reason = wordOf(error, 'error');
  if (reason !== null && denials.has(reason)) return 'OAUTH_DENIED';
  if (reason !== null && outages.has(reason)) return 'OAUTH_UNREACHABLE';
  const code = wordOf(error, 'code');
  if (code !== null && silences.has(code)) return 'OAUTH_UNREACHABLE';
  if (isOfNetwork(error)) return 'OAUTH_UNREACHABLE';
  return statusIn(error) >= 500 ? 'OAUTH_UNREACHABLE' : 'OAUTH_FAILED';
}

/** As `fetch` reports it, itself or as the cause. */
function isOfNetwork(error: unknown): boolean {
  if (!types.isNativeError(error) || ('code' in error && error.code !== undefined)) return false;
  return error.name === 'TypeError' || isOfNetwork(error.cause);
}

/** Whether a provider does not accept a refresh token: it was revoked, used before, or has expired. */
export function isRefusedGrant(error: unknown): boolean {
  return wordOf(error, 'error') === 'invalid_grant';
}

/** In words that hold nothing of what was sent but names of errors. */
export function reasonOf(error: unknown): string {
  const words = [wordOf(error, 'name'), wordOf(error, 'code'), wordOf(error, 'error')];
  return words.filter((word) => word !== null).join(' ') || 'unknown error';
}

function wordOf(error: unknown, property: string): string | null {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, property) : undefined;
  return typeof value === 'string' && /^\w{1,60}$/.test(value) ? value : null;
}

/** The status of the answer that it was; 0: unknown. */
function statusIn(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 0;
  const cause: unknown = Reflect.get(error, 'cause');
  const own: unknown = Reflect.get(error, 'status');
  const caused: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'status') : undefined;
  return typeof own === 'number' ? own : typeof caused === 'number' ? caused : 0;
}
