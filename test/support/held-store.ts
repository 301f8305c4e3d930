import { MemoryStore } from '../../lib/stores/memory/index.js';
import type { DeleteResult, StoredRecord, Version, WriteResult } from '../../lib/stores/session-store.js';
import { Checkpoint } from './checkpoint.js';

/** A store that a test can hold before its next read, write or delete, to let something else happen in between. */
export class HeldStore extends MemoryStore {
  readonly #held = new Map<'read' | 'write' | 'delete', Checkpoint>();

  holdNext(method: 'read' | 'write' | 'delete'): Checkpoint {
    const checkpoint = new Checkpoint();
    this.#held.set(method, checkpoint);
    return checkpoint;
  }

  override async read(key: string): Promise<StoredRecord | null> {
    await this.#passAt('read');
    return super.read(key);
  }

  override async write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
    owner?: string,
  ): Promise<WriteResult> {
    await this.#passAt('write');
    return super.write(key, bytes, ttlMs, expected, owner);
  }

  override async delete(key: string, expected?: Version): Promise<DeleteResult> {
    await this.#passAt('delete');
    return super.delete(key, expected);
  }

  async #passAt(method: 'read' | 'write' | 'delete'): Promise<void> {
    const checkpoint = this.#held.get(method);
    this.#held.delete(method);
    await checkpoint?.pass();
  }
}
