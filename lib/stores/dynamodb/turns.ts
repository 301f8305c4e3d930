import { KeyQueue } from '../key-queue.js';
import type { StoredRecord, WriteResult } from '../session-store.js';
import { type RecordVersion, toVersion } from './head.js';

/** A record that this process has written, and when, by the order of its calls. */
interface Written {
  readonly record: StoredRecord & { readonly version: RecordVersion };
  readonly at: number;
}

/**
 * Lets the writes of this process to one record take place one after the other. One that was waiting while another was done is
 * told of it at once: DynamoDB would refuse it, and be paid for that. It was under way when the other was done, so the answer
 * is as good as one that the table had given at that moment; a call that begins later asks the table.
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
          // A copy, since each who is told may change what it is handed.
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
