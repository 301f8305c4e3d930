import { types } from 'node:util';
import { isWellFormed } from '../../config/well-formed.js';
import { AccountValueError } from '../errors.js';
import type { StoredAccount, TrackedLogin } from './account.js';
import type { Credential } from './credential.js';

/** The longest values, in bytes of UTF-8: databases truncate or reject longer ones, each in its own way. */
export const longest = {
  id: 128,
  email: 320,
  key: 512,
  username: 256,
  password: 1_024,
  locale: 64,
  ip: 64,
  kind: 64,
  externalId: 1_536,
  name: 512,
  json: 256 * 1024,
} as const;

/** JSON that is nested deeper is nothing that an application stores, and would exhaust the stack of a parser. */
const deepest = 32;

/** Rejects an account with a value that databases cannot store and return unchanged. For repositories of your own. @throws AccountValueError @publicApi */
export function checkAccount(account: StoredAccount): void {
  text('account.id', account.id, longest.id);
  text('account.email', account.email, longest.email);
  text('account.emailKey', account.emailKey, longest.key);
  textOrNull('account.username', account.username, longest.username);
  textOrNull('account.usernameKey', account.usernameKey, longest.key);
  if ((account.username === null) !== (account.usernameKey === null)) {
    throw new AccountValueError('account.usernameKey', 'a username and its key are stored together');
  }
  textOrNull('account.password', account.password, longest.password);
  textOrNull('account.locale', account.locale, longest.locale);
  if (typeof account.active !== 'boolean') throw new AccountValueError('account.active', 'expected true or false');
  if (!Array.isArray(account.roles) || !account.roles.every((role) => typeof role === 'string')) {
    throw new AccountValueError('account.roles', 'expected a list of strings');
  }
  json('account.roles', account.roles);
  jsonObject('account.state', account.state);
  jsonObject('account.data', account.data);
  integer('account.epoch', account.epoch);
  dateOrNull('account.emailConfirmedAt', account.emailConfirmedAt);
  dateOrNull('account.passwordChangedAt', account.passwordChangedAt);
  date('account.createdAt', account.createdAt);
}

/** Rejects a credential with a value that databases cannot store and return unchanged. For repositories of your own. @throws AccountValueError @publicApi */
export function checkCredential(credential: Credential): void {
  text('credential.id', credential.id, longest.id);
  text('credential.accountId', credential.accountId, longest.id);
  text('credential.kind', credential.kind, longest.kind);
  textOrNull('credential.externalId', credential.externalId, longest.externalId);
  textOrNull('credential.name', credential.name, longest.name);
  jsonObject('credential.data', credential.data);
  date('credential.createdAt', credential.createdAt);
  dateOrNull('credential.lastUsedAt', credential.lastUsedAt);
  dateOrNull('credential.expiresAt', credential.expiresAt);
}

/** Rejects a login with a value that databases cannot store and return unchanged. For repositories of your own. @throws AccountValueError @publicApi */
export function checkLogin({ at, ip }: TrackedLogin): void {
  date('login.at', at);
  textOrNull('login.ip', ip, longest.ip);
}

/** Whether anything can be stored under this text; if not, nothing is found by it. */
export function canBeKey(value: unknown, most: number): value is string {
  return problemOf(value, most) === null;
}

function text(path: string, value: unknown, most: number): void {
  const problem = problemOf(value, most);
  if (problem !== null) throw new AccountValueError(path, problem);
}

function textOrNull(path: string, value: unknown, most: number): void {
  if (value !== null) text(path, value, most);
}

function problemOf(value: unknown, most: number): string | null {
  if (typeof value !== 'string') return 'expected a string';
  if (value === '') return 'expected a non-empty string';
  // The cheap comparison first: input may be megabytes long.
  if (value.length > most || Buffer.byteLength(value) > most) return `expected at most ${String(most)} bytes`;
  return characterProblem(value);
}

function characterProblem(value: string): string | null {
  if (value.includes('\0')) return 'it contains NUL, which databases cannot store';
  return isWellFormed(value) ? null : 'it contains a lone surrogate';
}

function integer(path: string, value: unknown): void {
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw new AccountValueError(path, 'expected an integer');
}

function date(path: string, value: unknown): void {
  if (!types.isDate(value) || !Number.isFinite(value.getTime())) {
    throw new AccountValueError(path, 'expected a valid Date');
  }
}

function dateOrNull(path: string, value: unknown): void {
  if (value !== null) date(path, value);
}

function jsonObject(path: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AccountValueError(path, 'expected an object');
  }
  json(path, value);
}

/** Counts bytes while it walks, so that a value of megabytes is not serialized first. */
function json(path: string, value: unknown): void {
  let bytes = 0;
  const count = (string: string): void => {
    bytes += string.length;
    if (bytes > longest.json) throw new AccountValueError(path, `expected at most ${String(longest.json)} bytes`);
    const problem = characterProblem(string);
    if (problem !== null) throw new AccountValueError(path, problem);
  };
  const walk = (part: unknown, depth: number): void => {
    if (depth > deepest) throw new AccountValueError(path, `it is nested deeper than ${String(deepest)} levels`);
    bytes++;
    if (typeof part === 'string') count(part);
    else if (typeof part === 'number') {
      if (!Number.isFinite(part)) throw new AccountValueError(path, 'JSON has no such number');
    } else if (Array.isArray(part)) {
      for (const item of part) walk(item, depth + 1);
    } else if (isPlain(part)) {
      for (const [name, item] of Object.entries(part)) {
        count(name);
        if (item !== undefined) walk(item, depth + 1);
      }
    } else if (part !== null && typeof part !== 'boolean') {
      throw new AccountValueError(path, 'it contains something that JSON cannot represent');
    }
  };
  walk(value, 0);
  if (Buffer.byteLength(JSON.stringify(value)) > longest.json) {
    throw new AccountValueError(path, `expected at most ${String(longest.json)} bytes`);
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // That of another realm, too, such as of a test runner.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
