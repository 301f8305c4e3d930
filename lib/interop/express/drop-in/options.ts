import { KeyObject, randomBytes } from 'node:crypto';
import { types } from 'node:util';
import { parseDuration } from '../../../config/duration.js';
import type { SidSecret } from '../connect-sid.js';
import type { SessionStore } from '../../../stores/session-store.js';
import type { CookieOptions } from './cookie-options.js';
import type { ConnectStore } from './express-store.js';
import type { SessionRequest } from './request.js';
import { warnOnce } from './warn-once.js';

/** Options that depend on the request. Its type is that of the application's framework. */
type PerRequest<Result> = { of(req: SessionRequest): Result }['of'];

/** The options of express-session, and three for the stores of this package. @publicApi */
export interface SessionOptions {
  /** Signs the cookie; of an array, the first signs, and all verify. Default: `req.secret`, which cookie-parser sets. */
  secret?: SidSecret | readonly SidSecret[] | undefined;
  /** The name of the cookie. Default: `connect.sid`. */
  name?: string | undefined;
  /** Alias of `name`, used by older applications. */
  key?: string | undefined;
  /**
   * Where sessions are kept: any express-session store, or one of this package's, with which no update is lost and no ended
   * session is restored. Default: a `MemoryStore`, for development.
   */
  store?: ConnectStore | SessionStore | undefined;
  /** The attributes of the cookie, for all requests or per request. */
  cookie?: CookieOptions | PerRequest<CookieOptions> | undefined;
  /** Creates the id of a new session. Default: 24 random bytes. */
  genid?: PerRequest<string> | undefined;
  /** Whether to save unchanged sessions. Default: true; you almost always want `false`. */
  resave?: boolean | undefined;
  /** Whether to save sessions without data, and set their cookie. Default: true; you almost always want `false`. */
  saveUninitialized?: boolean | undefined;
  /** Whether each response sets the cookie, which restarts its lifetime. Default: false. */
  rolling?: boolean | undefined;
  /** Whether to trust `X-Forwarded-Proto`. Default: Express decides (`req.secure`). */
  proxy?: boolean | undefined;
  /** What happens to the session if `req.session` is deleted or set to null. Default: `keep`. */
  unset?: 'destroy' | 'keep' | undefined;
  /** For a store of this package: the prefix of its keys. Default: `express:`. */
  keyPrefix?: string | undefined;
  /**
   * For a store of this package: how long it keeps a session whose cookie has no `maxAge`, from its last use. A number means
   * **seconds**; strings such as `30m`, `2h`, `7d`. Default: `1d`.
   */
  idleTimeout?: number | string | undefined;
  /** For a store of this package: how long it may take to answer before the request fails with 503. Default: `2s`. */
  storeTimeout?: number | string | undefined;
}

/** The options, with defaults applied. */
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

/** @throws TypeError that names an invalid option. */
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

/** @param secret may be null, from an application without types */
function secretsOf(secret: SessionOptions['secret'] | null): readonly SidSecret[] | null {
  if (secret === undefined || secret === null) {
    warnOnce('no-secret', 'No secret was given for sessions, so the request’s secret is used. Set the option secret.');
    return null;
  }
  const secrets = isList(secret) ? secret : [secret];
  if (secrets.length === 0) throw new TypeError('The secret option array must contain at least one secret.');
  const unusable = secrets.findIndex((item) => !isUsable(item));
  if (unusable === -1) return secrets;
  const which = isList(secret) ? `, item ${String(unusable + 1)},` : '';
  throw new TypeError(
    `The option secret${which} must be a non-empty string or bytes: with an empty one, anyone could sign.`,
  );
}

/** Whether it is a non-empty secret. */
export function isUsable(secret: unknown): secret is SidSecret {
  if (typeof secret === 'string') return secret.trim() !== '';
  if (secret instanceof KeyObject) return secret.type === 'secret' && secret.symmetricKeySize !== 0;
  return (ArrayBuffer.isView(secret) || types.isArrayBuffer(secret)) && secret.byteLength > 0;
}

function durationOf(option: string, value: number | string): number {
  const ms = parseDuration(value);
  if (!ms) throw new TypeError(`The option ${option} must be a duration: seconds, or a string such as 30m.`);
  return ms;
}

function isList(secret: SidSecret | readonly SidSecret[]): secret is readonly SidSecret[] {
  return Array.isArray(secret);
}

/** The defaults of express-session, which it advises against. */
function undecided(option: 'resave' | 'saveUninitialized'): true {
  warnOnce(option, `The session option ${option} was not set, and defaults to true. Set it, usually to false.`);
  return true;
}

/** A new id, as long as express-session's. */
function newSid(): string {
  return randomBytes(24).toString('base64url');
}
