import { KeyQueue } from '../key-queue.js';
import type { StoredRecord, WriteResult } from '../session-store.js';
import { type RecordVersion, toVersion } from './head.js';

/** A record that this process has written, and its position in the order of calls. */
interface Written {
  readonly record: StoredRecord & { readonly version: RecordVersion };
  readonly at: number;
}

/**
 * Serialises this process's writes to a record. A write that waited while another one succeeded gets its conflict at once,
 * since DynamoDB would reject it and charge for that. The two overlapped, so this is as correct as the table's own reply; a
 * call that begins later asks the table.
 */
export class Turns {
  private readonly queue = new KeyQueue();
  private readonly written = new Map<string, Written>();
  private readonly waiting = new Map<string, number>();
  private order = 0;

  async write(
    key: string,
    bytes: Uint8Array,
    former: RecordVersion,
    write: () => Promise<WriteResult>,
  ): Promise<WriteResult> {
    const began = this.order++;
    this.waiting.set(key, (this.waiting.get(key) ?? 0) + 1);
    try {
      return await this.queue.run(key, async () => {
        const last = this.written.get(key);
        if (last !== undefined && last.at > began && last.record.version.id !== former.id) {
          // A copy for each caller, since it may change what it gets.
          return { conflict: { bytes: new Uint8Array(last.record.bytes), version: last.record.version } };
        }
        const result = await write();
        if ('written' in result) {
          const version = toVersion(result.written);
          this.written.set(key, { record: { bytes, version }, at: this.order++ });
        }
        return result;
      });
    } finally {
      const left = (this.waiting.get(key) ?? 1) - 1;
      if (left > 0) this.waiting.set(key, left);
      else {
        this.waiting.delete(key);
        this.written.delete(key);
      }
    }
  }
}
