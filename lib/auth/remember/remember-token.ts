import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** 16 and 32 random bytes in base64url. */
const familyLength = 22;
const validatorLength = 43;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a remember-me cookie carries. The family says which login is meant, the validator proves that it is the client's. */
export interface RememberToken {
  readonly family: string;
  readonly validator: string;
}

/** A token's successor, and the id of the session that was begun along with it. */
export interface Successor {
  readonly validator: string;
  readonly sessionId: string;
}

export function newFamily(): string {
  return randomBytes(16).toString('base64url');
}

export function newValidator(): string {
  return randomBytes(32).toString('base64url');
}

/** As the cookie has it. */
export function joinToken({ family, validator }: RememberToken): string {
  return family + validator;
}

/** Null: it has not the form of one. */
export function splitToken(text: string): RememberToken | null {
  if (text.length !== familyLength + validatorLength) return null;
  return { family: text.slice(0, familyLength), validator: text.slice(familyLength) };
}

/** What is stored of a validator. It has 256 bits of its own, so a fast hash without a salt will do. */
export function hashOf(validator: string): string {
  return createHash('sha256').update(validator).digest('base64url');
}

export function isHashOf(hash: string, validator: string): boolean {
  const mine = createHash('sha256').update(validator).digest();
  const theirs = Buffer.from(hash, 'base64url');
  return mine.length === theirs.length && timingSafeEqual(mine, theirs);
}

/** The successor under a key that only the token before gives: the store holds nothing that could be used. */
export function sealSuccessor(successor: Successor, { family, validator }: RememberToken): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyFrom(validator), nonce);
  cipher.setAAD(Buffer.from(family));
  const sealed = Buffer.concat([cipher.update(successor.validator + successor.sessionId, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
}

/** Null: it was not made for this token. */
export function openSuccessor(sealed: string, { family, validator }: RememberToken): Successor | null {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length <= NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', keyFrom(validator), bytes.subarray(0, NONCE_BYTES));
  decipher.setAAD(Buffer.from(family));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  try {
    const opened = decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES));
    const text = Buffer.concat([opened, decipher.final()]).toString('utf8');
    return { validator: text.slice(0, validatorLength), sessionId: text.slice(validatorLength) };
  } catch {
    return null;
  }
}

function keyFrom(validator: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', validator, 'nestjs-session-auth', 'remember-successor:v1', 32));
}
