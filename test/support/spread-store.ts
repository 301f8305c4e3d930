import { setImmediate } from 'node:timers/promises';
import { MemoryStore } from '../../lib/stores/memory/index.js';
import type { Version, WriteResult } from '../../lib/stores/session-store.js';

/** A store whose writes take some turns of the event loop, as those of a store on the network do. */
export class SpreadStore extends MemoryStore {
  override async write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
    owner?: string,
  ): Promise<WriteResult> {
    for (let turn = 0; turn < 3; turn++) await setImmediate();
    return super.write(key, bytes, ttlMs, expected, owner);
  }
}
