import { Injectable } from '@nestjs/common';
import { KeyRing } from '../../cookie/key-ring.js';
import { AccountsConfig } from '../accounts-config.js';
import { signedTextOf, type AuditEntry, type AuditRow } from './audit-row.js';

const purpose = 'audit-row:v1';
const namePurpose = 'audit-key-name:v1';
/** Characters of the name of a key. */
const nameLength = 12;

/**
 * Signs rows, each with the signature of the one before: by HMAC rather than a plain hash, since who can write the table could make a new
 * chain of hashes.
 */
@Injectable()
export class AuditChain {
  /** Those that only verify. */
  readonly #former: KeyRing | null;

  constructor(
    private readonly keys: KeyRing,
    config: AccountsConfig,
  ) {
    const [first, ...others] = config.options.audit.formerKeys;
    this.#former = first === undefined ? null : new KeyRing(first, others);
  }

  /** The rows that continue the chain. @param head the last row; null: there is none */
  link(head: Pick<AuditRow, 'sequence' | 'signature'> | null, entries: readonly AuditEntry[]): AuditRow[] {
    const rows: AuditRow[] = [];
    const key = nameIn(this.keys);
    let { sequence, signature: previous } = head ?? { sequence: 0, signature: '' };
    for (const entry of entries) {
      sequence++;
      const row = { ...entry, sequence, previous, key };
      const signature = this.keys.sign(purpose, signedTextOf(row));
      rows.push({ ...row, signature });
      previous = signature;
    }
    return rows;
  }

  /** Whether a row is as it was signed; `unknown-key`: by a key that is not here. */
  verify({ signature, ...row }: AuditRow): 'valid' | 'invalid' | 'unknown-key' {
    const rings = [this.keys, ...(this.#former === null ? [] : [this.#former])];
    const text = signedTextOf(row);
    if (rings.some((ring) => ring.verify(purpose, text, signature) !== null)) return 'valid';
    const isKnown = rings.some((ring) => namesIn(ring).includes(row.key));
    return isKnown ? 'invalid' : 'unknown-key';
  }
}

function nameIn(ring: KeyRing): string {
  return ring.sign(namePurpose, '').slice(0, nameLength);
}

function namesIn(ring: KeyRing): string[] {
  return ring.signatures(namePurpose, '').map((signature) => signature.slice(0, nameLength));
}
