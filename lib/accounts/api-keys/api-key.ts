import { crc32 } from 'node:zlib';
import { joinProofToken, newSecret, newSelector, splitProofToken, type ProofToken } from '../proofs/proof-token.js';

/** Characters of the checksum. */
const checksumLength = 8;

/** A key as programs send it: `key_<selector><secret><checksum>`. */
export interface ApiKeyToken extends ProofToken {
  readonly key: string;
}

export function newApiKey(prefix: string): ApiKeyToken {
  const token = { selector: newSelector(), secret: newSecret() };
  const body = `${prefix}_${joinProofToken(token)}`;
  return { ...token, key: body + checksumOf(body) };
}

/**
 * Null: it is no key with this prefix, or a mistyped one. The checksum is no secret: it lets a scanner tell keys from what only looks like
 * one, and spares a look at the database.
 */
export function readApiKey(prefix: string, key: string): ProofToken | null {
  const start = `${prefix}_`;
  if (!key.startsWith(start)) return null;
  const body = key.slice(0, -checksumLength);
  return checksumOf(body) === key.slice(-checksumLength) ? splitProofToken(body.slice(start.length)) : null;
}

function checksumOf(body: string): string {
  return crc32(body).toString(16).padStart(checksumLength, '0');
}
