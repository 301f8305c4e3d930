import { FlaskSigner } from './signer.js';

/** How the cookie of a Flask-Session application names a record. @publicApi */
export interface FlaskSessionCookieOptions {
  /** `SECRET_KEY`. Needed with `useSigner` only; Flask-Session ignores the fallbacks. */
  readonly secretKey?: string | Uint8Array | undefined;
  /** `SESSION_USE_SIGNER`: the cookie is `<id>.<signature>`, not the id. Default: false. */
  readonly useSigner?: boolean | undefined;
  /** `SESSION_KEY_PREFIX`. Default: `session:`. */
  readonly keyPrefix?: string | undefined;
}

const salt = 'flask-session';
export const defaultPrefix = 'session:';

/** Ids are base64url, and were UUIDs before 0.6. Nothing else may become part of a store's key. */
const id = /^[A-Za-z0-9_-]{1,512}$/;

/**
 * The key of the record named by a Flask-Session cookie, the same in every store; `null` if it is not a valid id, or not signed
 * although required.
 *
 * @throws RangeError if signatures are required but no secret is given.
 * @publicApi
 */
export function flaskSessionKey(cookie: string, options: FlaskSessionCookieOptions = {}): string | null {
  return sessionKeys(options)(cookie);
}

/** Whether a string may be a session id. */
export function isSessionId(text: string): boolean {
  return id.test(text);
}

/** {@link flaskSessionKey} for many cookies. */
export function sessionKeys(options: FlaskSessionCookieOptions): (cookie: string) => string | null {
  const { keyPrefix = defaultPrefix, useSigner = false } = options;
  const signer = useSigner ? idSigner(options) : null;
  return (cookie) => {
    const claimed = signer === null ? cookie : signer.unsign(cookie);
    return claimed !== null && isSessionId(claimed) ? keyPrefix + claimed : null;
  };
}

/**
 * The value of Flask-Session's cookie for an id under `SESSION_USE_SIGNER`.
 *
 * @throws RangeError without a secret.
 * @publicApi
 */
export function signFlaskSessionId(sessionId: string, secretKey: string | Uint8Array): string {
  return idSigner({ secretKey }).sign(sessionId);
}

function idSigner({ secretKey = '' }: FlaskSessionCookieOptions): FlaskSigner {
  return new FlaskSigner({ secretKey }, salt);
}
