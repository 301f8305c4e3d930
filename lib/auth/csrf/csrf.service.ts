import { randomBytes } from 'node:crypto';
import { SessionHeadersSentError } from '../../errors.js';
import { assertWritable, secretIdOf, stateOf, type SessionObject } from '../../session/session.js';

/** What tokens are signed for; a signature for anything else is worth nothing here. */
export const csrfTokenPurpose = 'csrf-token:v1';

/** What signs the tokens: the application's key ring. */
export interface CsrfSigner {
  sign(purpose: string, text: string): string;
  /** Compares in constant time; null: nobody here signed it. */
  verify(purpose: string, text: string, signature: string): unknown;
}

const nonceBytes = 16;
/** A nonce of 22 characters and a signature of 43. */
const tokenForm = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/;

/**
 * Tokens that say which session a form was made for. A token is a nonce and a signature over it and the session's id: it
 * tells nothing of the id, and ends with it: by a login, a logout, `regenerate()` and a rotation.
 *
 * @publicApi
 */
export class CsrfService {
  readonly #signer: CsrfSigner;

  constructor(signer: CsrfSigner) {
    this.#signer = signer;
  }

  /**
   * A token for the forms of this session: for the hidden field `_csrf`, or the header `x-csrf-token` of a script. Each call
   * gives another one, so that the size of a compressed page says nothing of it (BREACH); all of them hold.
   *
   * A session that is not stored yet becomes stored, or there would be nothing to hold the token against. Ask after a login,
   * not before it.
   *
   * @throws SessionReadonlyError where the session is not stored yet, and a view that refuses changes
   * @throws SessionHeadersSentError where it is not stored yet, and the response has been begun
   */
  token(session: SessionObject): string {
    const nonce = randomBytes(nonceBytes).toString('base64url');
    return `${nonce}.${this.#signer.sign(csrfTokenPurpose, signedText(nonce, keptId(session)))}`;
  }

  /** Whether `token`, which is anybody's word, was made for this session, and the session still has the id that it had. */
  isValid(session: SessionObject, token: unknown): boolean {
    const { stored } = stateOf(session);
    if (stored === null || typeof token !== 'string') return false;
    const [, nonce = '', signature = ''] = tokenForm.exec(token) ?? [];
    return this.#signer.verify(csrfTokenPurpose, signedText(nonce, stored.id), signature) !== null;
  }
}

/** The nonce has a fixed length, so that no two pairs make one text. */
function signedText(nonce: string, id: string): string {
  return `${nonce}.${id}`;
}

/** The id that the session has, or is going to be stored under, and not lose for being empty. */
function keptId(session: SessionObject): string {
  const state = stateOf(session);
  if (state.stored === null) {
    assertWritable(session);
    if (state.answered) throw new SessionHeadersSentError(tooLate);
  }
  // Also where it is stored: the last flash message may go out with the very page that gets the token.
  state.kept = true;
  return secretIdOf(session);
}

const tooLate =
  "A CSRF token for a new session needs a cookie, and the response's headers have gone out. Ask for it before answering.";
