import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { RotationPointer } from './record.js';
import { BrokenRecord } from './record.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const rotation = 'rotation-pointer:v1';

/**
 * Seals the new id with a key derived from the old id: the holder of the old cookie finds the session within the grace period,
 * while the store still holds no usable id.
 */
export function sealPointer(newId: string, oldId: string, purpose = rotation): RotationPointer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyFrom(oldId, purpose), nonce);
  const sealed = Buffer.concat([cipher.update(newId, 'utf8'), cipher.final()]);
  return { sealedId: Buffer.concat([nonce, sealed, cipher.getAuthTag()]) };
}

/** The id of the successor. @throws BrokenRecord if the pointer was not made for `oldId`. */
export function openPointer(pointer: RotationPointer, oldId: string, purpose = rotation): string {
  const bytes = pointer.sealedId;
  if (bytes.length <= NONCE_BYTES + TAG_BYTES) throw new BrokenRecord('Its pointer is too short.');
  const decipher = createDecipheriv('aes-256-gcm', keyFrom(oldId, purpose), bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  try {
    const opened = decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES));
    return Buffer.concat([opened, decipher.final()]).toString('utf8');
  } catch (error) {
    throw new BrokenRecord('Its pointer cannot be opened.', { cause: error });
  }
}

function keyFrom(oldId: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', oldId, 'nestjs-session-auth', purpose, 32));
}
