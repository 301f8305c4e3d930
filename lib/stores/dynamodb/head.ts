import { randomBytes } from 'node:crypto';
import type { Version } from '../session-store.js';
import type { Item, ItemKey } from './table.js';

/** Whose a record is, and which entry of the owner's stands for it. */
export interface Ownership {
  readonly owner: string;
  readonly token: string;
}

/** What the store needs to recognise a record, and to know the items that belong to it. */
export class RecordVersion {
  constructor(
    /** Random for each write, so that a write whose answer was lost is recognised as one's own. */
    readonly id: string,
    /** In how many items the bytes are; 0: in the head itself. */
    readonly parts: number,
    readonly ownership: Ownership | null,
    /** Until when the parts and the owner's entry are kept at least, in ms; 0 where there are none. */
    readonly keptUntil: number,
  ) {}

  /** Whether there are items besides the head. */
  get hasCompany(): boolean {
    return this.parts > 0 || this.ownership !== null;
  }
}

/** The item that makes a record: without it there is none, whatever else is left of it. */
export interface Head {
  readonly version: RecordVersion;
  /** ms */
  readonly expiresAt: number;
  /** The record's bytes; none where they are in parts. */
  readonly bytes: Uint8Array | null;
}

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

export function decodeHead(item: Item): Head {
  const owner = item['owner_name']?.S;
  const token = item['owner_entry']?.S;
  const parts = Number(item['part_count']?.N ?? 0);
  const version = new RecordVersion(
    item['record_version']?.S ?? '',
    parts,
    owner === undefined || token === undefined ? null : { owner, token },
    Number(item['kept_until']?.N ?? 0),
  );
  const bytes = parts > 0 ? null : (item['record_bytes']?.B ?? new Uint8Array(0));
  return { version, expiresAt: Number(item['expires_at']?.N ?? 0), bytes };
}

export function toVersion(version: Version): RecordVersion {
  if (version instanceof RecordVersion) return version;
  throw new TypeError('This version was not made by the DynamoDB store.');
}

export function number(value: number): { readonly N: string } {
  return { N: String(value) };
}

/** As DynamoDB's own deletion has it: in seconds, and never too early. */
export function secondsOf(ms: number): { readonly N: string } {
  return number(Math.ceil(ms / 1_000));
}

function partitionOf(key: string): string {
  return `record#${key}`;
}
