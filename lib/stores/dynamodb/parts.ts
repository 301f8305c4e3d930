import { partKey, type RecordVersion, secondsOf } from './head.js';
import type { Table } from './table.js';

/** An item may have 400 kB including names and keys; this leaves space for the longest of them. */
export const partSize = 380 * 1_024;

/** How many items the bytes take besides the head. */
export function partsFor(length: number): number {
  return length <= partSize ? 0 : Math.ceil(length / partSize);
}

/**
 * The bytes of records that do not fit into one item. The parts of a version are written before the head that names them and
 * removed after it, under names unique to that version: a reader of a head either finds all its parts, or finds a newer head.
 */
export class Parts {
  constructor(private readonly table: Table) {}

  async write(key: string, version: RecordVersion, bytes: Uint8Array): Promise<void> {
    await this.each(version, (index) => {
      const piece = bytes.subarray(index * partSize, (index + 1) * partSize);
      const item = { part_bytes: { B: piece }, delete_at: secondsOf(version.keptUntil) };
      return this.table.put(partKey(key, version, index), item, null, 'nothing');
    });
  }

  /** The bytes; `null` if a part is missing. */
  async read(key: string, version: RecordVersion): Promise<Uint8Array | null> {
    const items = await this.each(version, (index) => this.table.get(partKey(key, version, index)));
    const pieces = items.flatMap((item) => item?.['part_bytes']?.B ?? []);
    return pieces.length === version.parts ? new Uint8Array(Buffer.concat(pieces)) : null;
  }

  /** Keeps them at least until then. */
  async keep(key: string, version: RecordVersion, untilMs: number): Promise<void> {
    await this.each(version, (index) => keep(this.table, partKey(key, version, index), untilMs));
  }

  async remove(key: string, version: RecordVersion): Promise<void> {
    await this.each(version, (index) => this.table.delete(partKey(key, version, index), null));
  }

  private each<T>(version: RecordVersion, work: (index: number) => Promise<T>): Promise<T[]> {
    return Promise.all(Array.from({ length: version.parts }, (_, index) => work(index)));
  }
}

/** Never shortens: of two concurrent calls, the one with the shorter time may come last. */
export async function keep(table: Table, key: Parameters<Table['get']>[0], untilMs: number): Promise<void> {
  await table.update(key, 'SET delete_at = :until', {
    text: 'attribute_exists(pk) AND delete_at < :until',
    values: { ':until': secondsOf(untilMs) },
  });
}
