import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 16 and 32 random bytes in base64url. */
const familyLength = 22;
const validatorLength = 43;
/** Base 36 without leading zeros. */
const seconds = /^[1-9a-z][0-9a-z]{0,7}$/;

/** Proves a remembered login. The family identifies the login, the validator is the secret. */
export interface RememberToken {
  readonly family: string;
  readonly validator: string;
}

export function newFamily(): string {
  return randomBytes(16).toString('base64url');
}

export function newValidator(): string {
  return randomBytes(32).toString('base64url');
}

/** The cookie's value, with the duration for which the login is remembered, in ms. */
export function joinToken({ family, validator }: RememberToken, duration: number): string {
  return family + validator + Math.ceil(duration / 1000).toString(36);
}

/** Null: it does not have the form of one. */
export function splitToken(text: string): (RememberToken & { readonly duration: number }) | null {
  const tail = text.slice(familyLength + validatorLength);
  if (!seconds.test(tail)) return null;
  return {
    family: text.slice(0, familyLength),
    validator: text.slice(familyLength, familyLength + validatorLength),
    duration: Number.parseInt(tail, 36) * 1000,
  };
}

/** The stored form of a validator. It has 256 bits of entropy, so a fast hash without a salt will do. */
export function hashOf(validator: string): string {
  return createHash('sha256').update(validator).digest('base64url');
}

export function isHashOf(hash: string, validator: string): boolean {
  const mine = createHash('sha256').update(validator).digest();
  const theirs = Buffer.from(hash, 'base64url');
  return mine.length === theirs.length && timingSafeEqual(mine, theirs);
}
