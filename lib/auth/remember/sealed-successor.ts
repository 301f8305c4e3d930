import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { RememberToken } from './remember-token.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A token's successor, and what comes with it: with a remember-me token, the id of the session that is started. */
export interface Successor {
  readonly validator: string;
  readonly companion: string;
}

/** The successor, sealed with a key derived from the previous token: the store holds nothing usable. */
export function sealSuccessor({ validator, companion }: Successor, before: RememberToken): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyFrom(before.validator), nonce);
  cipher.setAAD(Buffer.from(before.family));
  const sealed = Buffer.concat([cipher.update(`${validator}.${companion}`, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
}

/** Null: it was not made for this token. */
export function openSuccessor(sealed: string, { family, validator: key }: RememberToken): Successor | null {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length <= NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', keyFrom(key), bytes.subarray(0, NONCE_BYTES));
  decipher.setAAD(Buffer.from(family));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  try {
    const opened = decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES));
    const [validator = '', companion = ''] = Buffer.concat([opened, decipher.final()]).toString('utf8').split('.');
    return { validator, companion };
  } catch {
    return null;
  }
}

function keyFrom(validator: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', validator, 'nestjs-session-auth', 'remember-successor:v1', 32));
}
