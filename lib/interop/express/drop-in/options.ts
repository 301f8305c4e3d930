import { KeyObject } from 'node:crypto';
import { types } from 'node:util';
import { parseDuration } from '../../../config/duration.js';
import type { SidSecret } from '../connect-sid.js';
import type { SessionStore } from '../../../stores/session-store.js';
import type { CookieOptions } from './cookie-options.js';
import type { ConnectStore } from './express-store.js';
import { newSid } from './new-sid.js';
import type { SessionRequest } from './request.js';
import { warnOnce } from './warn-once.js';

/** Options that depend on the request. It is of the type that the application's framework gives it. */
type PerRequest<Result> = { of(req: SessionRequest): Result }['of'];

/** The options of express-session, and two for the stores of this package. @publicApi */
export interface SessionOptions {
  /** Signs the cookie; of a list, the first signs, and all are accepted. Default: `req.secret`, which cookie-parser sets. */
  secret?: SidSecret | readonly SidSecret[] | undefined;
  /** The name of the cookie. Default: `connect.sid`. */
  name?: string | undefined;
  /** The same, as older applications write it. */
  key?: string | undefined;
  /**
   * Where sessions are kept: any store of express-session, or one of this package's, with which no update is lost and no session
   * comes back after its end. Default: a `MemoryStore`, which is for development.
   */
  store?: ConnectStore | SessionStore | undefined;
  /** What the cookie is like, for all requests or for each. */
  cookie?: CookieOptions | PerRequest<CookieOptions> | undefined;
  /** Makes the id of a new session. Default: 24 random bytes. */
  genid?: PerRequest<string> | undefined;
  /** Whether what did not change is saved nevertheless. Default: true; `false` is what almost everybody wants. */
  resave?: boolean | undefined;
  /** Whether what nobody wrote to is saved, and sets a cookie. Default: true; `false` is what almost everybody wants. */
  saveUninitialized?: boolean | undefined;
  /** Whether each response sets the cookie, so that its life begins anew. Default: false. */
  rolling?: boolean | undefined;
  /** Whether `X-Forwarded-Proto` is believed. Default: what Express says (`req.secure`). */
  proxy?: boolean | undefined;
  /** What becomes of the session when `req.session` is deleted or set to null. Default: `keep`. */
  unset?: 'destroy' | 'keep' | undefined;
  /** With a store of this package: what the keys in it begin with. Default: `express:`. */
  keyPrefix?: string | undefined;
  /**
   * With a store of this package: how long it keeps a session whose cookie has no `maxAge`, from its last use. A number means
   * **seconds**; texts as `30m`, `2h`, `7d`. Default: `1d`.
   */
  idleTimeout?: number | string | undefined;
  /** With a store of this package: how long it may take to answer, before the request fails with 503. Default: `2s`. */
  storeTimeout?: number | string | undefined;
}

/** The options, with what was left out. */
export interface ResolvedOptions {
  readonly name: string;
  /** Null: those of the request. */
  readonly secrets: readonly SidSecret[] | null;
  readonly genid: (req: SessionRequest) => string;
  readonly cookieOf: (req: SessionRequest) => CookieOptions;
  readonly resave: boolean;
  readonly saveUninitialized: boolean;
  readonly rolling: boolean;
  readonly proxy: boolean | undefined;
  readonly destroysUnset: boolean;
  readonly keyPrefix: string;
  /** ms. */
  readonly idleTimeout: number;
  /** ms. */
  readonly storeTimeout: number;
}

/** @throws TypeError that names an option which cannot be used. */
export function resolveOptions(options: SessionOptions): ResolvedOptions {
  const { cookie = {}, genid = newSid, unset } = options;
  const given: unknown = genid;
  if (typeof given !== 'function') throw new TypeError('The option genid must be a function.');
  if (unset && !['destroy', 'keep'].includes(unset)) {
    throw new TypeError('The option unset must be "destroy" or "keep".');
  }
  return {
    name: options.name || options.key || 'connect.sid',
    secrets: secretsOf(options.secret),
    genid,
    cookieOf: typeof cookie === 'function' ? cookie : () => cookie,
    resave: options.resave ?? undecided('resave'),
    saveUninitialized: options.saveUninitialized ?? undecided('saveUninitialized'),
    rolling: Boolean(options.rolling),
    proxy: options.proxy,
    destroysUnset: unset === 'destroy',
    keyPrefix: options.keyPrefix ?? 'express:',
    idleTimeout: durationOf('idleTimeout', options.idleTimeout ?? '1d'),
    storeTimeout: durationOf('storeTimeout', options.storeTimeout ?? '2s'),
  };
}

/** @param secret null, too, where an application has no types */
function secretsOf(secret: SessionOptions['secret'] | null): readonly SidSecret[] | null {
  if (secret === undefined || secret === null) {
    warnOnce('no-secret', 'No secret was given for sessions, so that of the request is used. Set the option secret.');
    return null;
  }
  const secrets = isList(secret) ? secret : [secret];
  if (secrets.length === 0) throw new TypeError('The secret option array must contain at least one secret.');
  const unusable = secrets.findIndex((item) => !isUsable(item));
  if (unusable === -1) return secrets;
  const which = isList(secret) ? `, item ${String(unusable + 1)},` : '';
  throw new TypeError(
    `The option secret${which} must be a text or bytes, not empty: what is signed with nothing, anybody signs.`,
  );
}

/** Whether something can sign that not everybody has. */
export function isUsable(secret: unknown): secret is SidSecret {
  if (typeof secret === 'string') return secret.trim() !== '';
  if (secret instanceof KeyObject) return secret.type === 'secret' && secret.symmetricKeySize !== 0;
  return (ArrayBuffer.isView(secret) || types.isArrayBuffer(secret)) && secret.byteLength > 0;
}

function durationOf(option: string, value: number | string): number {
  const ms = parseDuration(value);
  if (!ms) throw new TypeError(`The option ${option} must be a duration: seconds, or a text like 30m.`);
  return ms;
}

function isList(secret: SidSecret | readonly SidSecret[]): secret is readonly SidSecret[] {
  return Array.isArray(secret);
}

/** Express-session's defaults, which it would rather have changed. */
function undecided(option: 'resave' | 'saveUninitialized'): true {
  warnOnce(
    option,
    `The session option ${option} was not set, and is taken as true. Set it; false is most often right.`,
  );
  return true;
}
