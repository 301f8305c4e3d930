/** How proofs are stored: those of one selector together, so that they are used up together, by one compare-and-set. */

/** One proof as it is stored: the hash of its secret, and what it is about, sealed. */
export interface ProofEntry {
  /** SHA-256 of the secret. */
  readonly hash: string;
  readonly accountId: string | null;
  readonly epoch: number;
  /** In milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Opens with the key ring and the secret only. */
  readonly sealed: string;
}

export interface ProofRecord {
  /** The oldest first. */
  readonly entries: readonly ProofEntry[];
  /** Who is using one of them up at the moment, and until when nobody else may; null: nobody. */
  readonly claim: { readonly id: string; readonly until: number } | null;
}

export function writeRecord(record: ProofRecord): Uint8Array {
  return Buffer.from(JSON.stringify(record));
}

/** Null: not one that {@link writeRecord} has written. */
export function readRecord(bytes: Uint8Array): ProofRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString());
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  return isRecord(value) ? value : null;
}

function isRecord(value: unknown): value is ProofRecord {
  if (!isObject(value) || !('entries' in value) || !('claim' in value) || !Array.isArray(value.entries)) return false;
  return value.entries.every(isEntry) && (value.claim === null || isClaim(value.claim));
}

function isEntry(value: unknown): value is ProofEntry {
  if (!isObject(value) || !('accountId' in value && 'epoch' in value && 'expiresAt' in value)) return false;
  if (!('hash' in value && typeof value.hash === 'string' && 'sealed' in value && typeof value.sealed === 'string')) {
    return false;
  }
  const isOfAccount = value.accountId === null || typeof value.accountId === 'string';
  return isOfAccount && typeof value.epoch === 'number' && typeof value.expiresAt === 'number';
}

function isClaim(value: unknown): boolean {
  return (
    isObject(value) &&
    'id' in value &&
    typeof value.id === 'string' &&
    'until' in value &&
    typeof value.until === 'number'
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
