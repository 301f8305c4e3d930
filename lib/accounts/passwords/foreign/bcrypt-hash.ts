import { createHash, timingSafeEqual } from 'node:crypto';
import { importPeer } from '../../../stores/import-peer.js';
import { decimal, type PasswordHash, tooCostly, type UnreadableHash } from '../password-hash.js';

const form = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
/** Each step doubles the time. Its library runs on the event loop, in slices. */
const mostCost = 14;
/** bcrypt ignores what follows. */
const mostBytes = 72;

/** bcrypt as it is, or after Django's SHA-256. Null: it is no hash of bcrypt. */
export function bcryptHash(stored: string): PasswordHash | UnreadableHash | null {
  const [, django, hash = ''] = /^(bcrypt(?:_sha256)?\$)?(.*)$/.exec(stored) ?? [];
  const cost = form.exec(hash)?.[1];
  if (cost === undefined) return null;
  if (decimal(cost) > mostCost) return tooCostly('bcrypt');
  const isHashedFirst = django === 'bcrypt_sha256$';
  return {
    algorithm: 'bcrypt',
    ...(!isHashedFirst && { mostBytes }),
    matches: (password) =>
      compare(hash, isHashedFirst ? createHash('sha256').update(password).digest('hex') : password.toString()),
  };
}

async function compare(hash: string, password: string): Promise<boolean> {
  const bcrypt = await importPeer('bcryptjs', 'Checking a hash of bcrypt', () => import('bcryptjs'));
  // Not its `compare()`, which compares strings character by character.
  const mine = Buffer.from(await bcrypt.hash(password, hash.slice(0, 29)));
  const theirs = Buffer.from(hash);
  // The letter of the version is the same algorithm.
  return mine.length === theirs.length && timingSafeEqual(mine.subarray(4), theirs.subarray(4));
}
