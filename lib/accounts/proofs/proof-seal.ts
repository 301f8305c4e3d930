import type { KeyRing } from '../../cookie/key-ring.js';
import type { ProofToken } from './proof-token.js';

const sealPurpose = 'account-proof:v1';

/** Seals what proofs are about, under the key ring and each proof's own secret. */
export class ProofSeal {
  constructor(private readonly keys: KeyRing) {}

  seal(purpose: string, token: ProofToken, data: object): string {
    return this.keys
      .seal(sealPurpose, Buffer.from(JSON.stringify(data)), contextOf(purpose, token))
      .toString('base64url');
  }

  /** Null: the secret key has been replaced, without a fallback. */
  open(purpose: string, token: ProofToken, sealed: string): { readonly data: unknown } | null {
    const opened = this.keys.open(sealPurpose, Buffer.from(sealed, 'base64url'), contextOf(purpose, token));
    return opened && { data: JSON.parse(opened.text.toString()) as unknown };
  }
}

/** What a sealed payload is bound to. With the secret in it, the secret key alone does not open it. */
function contextOf(purpose: string, { selector, secret }: ProofToken): Uint8Array {
  return Buffer.from(JSON.stringify([purpose, selector, secret]));
}
