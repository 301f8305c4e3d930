import { randomBytes } from 'node:crypto';
import { SessionHeadersSentError, SessionNeedsHttpError } from '../../errors.js';
import { assertWritable, secretIdOf, stateOf, type SessionObject } from '../../session/session.js';

/** The purpose of token signatures; a signature for anything else is invalid here. */
export const csrfTokenPurpose = 'csrf-token:v1';

/** Signs the tokens: the application's key ring. */
export interface CsrfSigner {
  sign(purpose: string, text: string): string;
  /** Compares in constant time; null: invalid. */
  verify(purpose: string, text: string, signature: string): unknown;
}

const nonceBytes = 16;
/** A nonce of 22 characters and a signature of 43. */
const tokenForm = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;

/**
 * Tokens that say for which session a form was made. A token is a nonce and a signature over it and the session's id: it does
 * not reveal the id, and becomes invalid when the id changes: by a login, a logout, `regenerate()` or a rotation.
 *
 * @publicApi
 */
export class CsrfService {
  readonly #signer: CsrfSigner;

  constructor(signer: CsrfSigner) {
    this.#signer = signer;
  }

  /**
   * A token for the forms of this session: for the hidden field `_csrf`, or a script's header `x-csrf-token`. Each call returns
   * a different one, so that the size of a compressed page reveals nothing about it (BREACH); all of them are valid.
   *
   * A session that is not stored yet gets stored, or there would be nothing to check the token against. Call it after a login,
   * not before.
   *
   * @throws SessionReadonlyError if the session is not stored yet, and is a view that rejects changes
   * @throws SessionHeadersSentError if it is not stored yet, and the response's headers have been sent
   */
  token(session: SessionObject): string {
    const nonce = randomBytes(nonceBytes).toString('base64url');
    return `${nonce}.${this.#signer.sign(csrfTokenPurpose, signedText(nonce, keptId(session)))}`;
  }

  /** Whether `token`, which is untrusted, was made for this session, and the session's id has not changed. */
  isValid(session: SessionObject, token: unknown): boolean {
    const { stored } = stateOf(session);
    if (stored === null || typeof token !== 'string') return false;
    const [, nonce = '', signature = ''] = tokenForm.exec(token) ?? [];
    return this.#signer.verify(csrfTokenPurpose, signedText(nonce, stored.id), signature) !== null;
  }
}

/** The nonce has a fixed length, so that no two pairs give the same string. */
function signedText(nonce: string, id: string): string {
  return `${nonce}.${id}`;
}

/** The session's id, or its future id; the session is kept even if it is empty. */
function keptId(session: SessionObject): string {
  const state = stateOf(session);
  if (state.stored === null) {
    assertWritable(session);
    if (state.delivery === 'none') throw new SessionNeedsHttpError('A CSRF token for a new session');
    if (state.delivery === 'sent') throw new SessionHeadersSentError(tooLate);
  }
  // Even if it is stored: the last flash message may be shown on the page that gets the token.
  state.keep();
  return secretIdOf(session);
}

const tooLate =
  "A CSRF token for a new session needs a cookie, but the response's headers have been sent. Ask for it before responding.";
