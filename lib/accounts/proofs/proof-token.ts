import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const selectorBytes = 16;
const secretBytes = 32;
/** In base64url: 22 and 43 characters; the last one of each has bits that must be zero, or one token would have several spellings. */
const form = /^([A-Za-z0-9_-]{21}[AQgw])([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/;

/** What is mailed: where its record is, and the secret that proves it. */
export interface ProofToken {
  readonly selector: string;
  readonly secret: string;
}

export function newSecret(): string {
  return randomBytes(secretBytes).toString('base64url');
}

export function newSelector(): string {
  return randomBytes(selectorBytes).toString('base64url');
}

/** The selector that all proofs of one purpose and account share. It may be guessed: the secret may not. */
export function sharedSelector(purpose: string, accountId: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([purpose, accountId]))
    .digest();
  return digest.subarray(0, selectorBytes).toString('base64url');
}

export function joinProofToken({ selector, secret }: ProofToken): string {
  return selector + secret;
}

/** Null: it does not have the form of one. */
export function splitProofToken(token: unknown): ProofToken | null {
  const [, selector, secret] = typeof token === 'string' ? (form.exec(token) ?? []) : [];
  return selector === undefined || secret === undefined ? null : { selector, secret };
}

/** The stored form of a secret. It has 256 bits of entropy, so a fast hash without a salt will do. */
export function hashOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

export function isSameHash(stored: string, hash: string): boolean {
  const [mine, theirs] = [Buffer.from(hash), Buffer.from(stored)];
  return mine.length === theirs.length && timingSafeEqual(mine, theirs);
}

/** Names a proof without proving it. */
export function idOf(hash: string): string {
  return createHash('sha256').update(`id:${hash}`).digest('base64url').slice(0, 22);
}
