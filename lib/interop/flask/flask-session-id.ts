import { FlaskSigner } from './signer.js';

/** Where a Flask-Session application keeps its records, and how its cookie names one. @publicApi */
export interface FlaskSessionCookieOptions {
  /** `SECRET_KEY`. Needed with `useSigner` alone; Flask-Session leaves the fallbacks aside. */
  readonly secretKey?: string | Uint8Array | undefined;
  /** `SESSION_USE_SIGNER`: the cookie is `<id>.<signature>`, not the id. Default: false. */
  readonly useSigner?: boolean | undefined;
  /** `SESSION_KEY_PREFIX`. Default: `session:`. */
  readonly keyPrefix?: string | undefined;
}

const salt = 'flask-session';
export const defaultPrefix = 'session:';

/** Ids are base64url, and were UUIDs before 0.6. Nothing else may come near a store's keys. */
const id = /^[A-Za-z0-9_-]{1,512}$/;

/**
 * The key of the record that a cookie of Flask-Session names, the same in every store; `null` for what is no id, or not
 * signed where it must be.
 *
 * @throws RangeError if a signature is asked for without a secret.
 * @publicApi
 */
export function flaskSessionKey(cookie: string, options: FlaskSessionCookieOptions = {}): string | null {
  return sessionKeys(options)(cookie);
}

/** Whether a text may be the id of a session. */
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
