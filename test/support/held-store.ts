import { MemoryStore } from '../../lib/stores/memory/index.js';
import type { DeleteResult, Version, WriteResult } from '../../lib/stores/session-store.js';
import { Checkpoint } from './checkpoint.js';

/** A store that a test can hold before its next write or delete, to let something else happen in between. */
export class HeldStore extends MemoryStore {
  readonly #held = new Map<'write' | 'delete', Checkpoint>();

  holdNext(method: 'write' | 'delete'): Checkpoint {
    const checkpoint = new Checkpoint();
    this.#held.set(method, checkpoint);
    return checkpoint;
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

  async #passAt(method: 'write' | 'delete'): Promise<void> {
    const checkpoint = this.#held.get(method);
    this.#held.delete(method);
    await checkpoint?.pass();
  }
}
