import { randomBytes } from 'node:crypto';
import type { Version } from '../session-store.js';
import type { Condition, Item, ItemKey } from './table.js';

/** A record's owner, and the entry in the owner's index that stands for it. */
export interface Ownership {
  readonly owner: string;
  readonly token: string;
}

/** Identifies a record and the items that belong to it. */
export class RecordVersion {
  constructor(
    /** Random for each write, so that the store recognises its own write if the reply was lost. */
    readonly id: string,
    /** How many items hold the bytes; 0: the head itself does. */
    readonly parts: number,
    readonly ownership: Ownership | null,
    /** Until when the parts and the owner's entry are kept at least, in ms; 0 if there are none. */
    readonly keptUntil: number,
  ) {}

  /** Whether there are items besides the head. */
  get hasCompany(): boolean {
    return this.parts > 0 || this.ownership !== null;
  }
}

/** The main item of a record: without it the record does not exist, whatever other items are left. */
export interface Head {
  readonly version: RecordVersion;
  /** ms */
  readonly expiresAt: number;
  /** The record's bytes; null if they are in parts. */
  readonly bytes: Uint8Array | null;
}

/** More than any record needs, up to 380 MB; limits what a foreign item can make the store read. */
const mostParts = 1_000;

export function newId(bytes = 12): string {
  return randomBytes(bytes).toString('base64url');
}

export function headKey(key: string): ItemKey {
  return { pk: partitionOf(key), sk: 'record' };
}

export function partKey(key: string, version: RecordVersion, index: number): ItemKey {
  return { pk: partitionOf(key), sk: `part#${version.id}#${String(index)}` };
}

export function encodeHead({ version, expiresAt, bytes }: Head): Item {
  const { id, parts, ownership, keptUntil } = version;
  return {
    record_version: { S: id },
    expires_at: number(expiresAt),
    delete_at: secondsOf(expiresAt),
    ...(bytes === null ? { part_count: number(parts) } : { record_bytes: { B: bytes } }),
    ...(ownership === null ? {} : { owner_name: { S: ownership.owner }, owner_entry: { S: ownership.token } }),
    ...(version.hasCompany ? { kept_until: number(keptUntil) } : {}),
  };
}

/** `null` for an item that this store did not write. */
export function decodeHead(item: Item): Head | null {
  const id = item['record_version']?.S ?? '';
  const expiresAt = numberIn(item, 'expires_at');
  const parts = numberIn(item, 'part_count');
  const keptUntil = numberIn(item, 'kept_until');
  const bytes = item['record_bytes']?.B ?? null;
  if (id === '' || expiresAt === undefined || expiresAt === null || parts === null || keptUntil === null) return null;
  const owner = item['owner_name']?.S;
  const token = item['owner_entry']?.S;
  const ownership = owner === undefined || token === undefined ? null : { owner, token };
  if (parts === undefined) {
    return bytes && { version: new RecordVersion(id, 0, ownership, keptUntil ?? 0), expiresAt, bytes };
  }
  if (!Number.isInteger(parts) || parts < 1 || parts > mostParts) return null;
  return { version: new RecordVersion(id, parts, ownership, keptUntil ?? 0), expiresAt, bytes: null };
}

/** A condition that holds while the item is unchanged: the store's items have a version of their own. */
export function stillSeen(item: Item): Condition {
  const version = item['record_version'];
  return version === undefined
    ? { text: 'attribute_not_exists(record_version)' }
    : { text: 'record_version = :seen', values: { ':seen': version } };
}

export function toVersion(version: Version): RecordVersion {
  if (version instanceof RecordVersion) return version;
  throw new TypeError('This version was not made by the DynamoDB store.');
}

export function number(value: number): { readonly N: string } {
  return { N: String(value) };
}

/** For DynamoDB's TTL: in seconds, rounded up. */
export function secondsOf(ms: number): { readonly N: string } {
  return number(Math.ceil(ms / 1_000));
}

/** `undefined` if the attribute is missing, `null` if it is not a number. */
function numberIn(item: Item, name: string): number | null | undefined {
  const attribute = item[name];
  if (attribute === undefined) return undefined;
  return attribute.N === undefined ? null : Number(attribute.N);
}

function partitionOf(key: string): string {
  return `record#${key}`;
}
