import { SessionStoreUnavailableError } from '../../lib/errors.js';
import { MemoryStore } from '../../lib/stores/memory/index.js';
import { standaloneContext } from '../../lib/stores/store-context.js';
import type { DeleteResult, StoredRecord, Version, WriteResult } from '../../lib/stores/session-store.js';
import { Checkpoint } from '../support/checkpoint.js';

/** What a call is about: a session, or the row of a remembered login. */
export type Kind = 'session' | 'remember';

type Method = 'read' | 'write' | 'delete';

interface Gate {
  readonly method: Method;
  readonly kind: Kind;
  /** How many such calls pass before the one that is meant. */
  skip: number;
  readonly work: () => Promise<void>;
}

/** A store in which a test holds a certain call, or lets it fail, while everything else goes on. */
export class GatedStore extends MemoryStore {
  readonly #gates: Gate[] = [];

  constructor(now: () => number) {
    super({}, { ...standaloneContext, now });
  }

  /** The next such call waits at the checkpoint. */
  hold(method: Method, kind: Kind, skip = 0): Checkpoint {
    const checkpoint = new Checkpoint();
    this.#gates.push({ method, kind, skip, work: () => checkpoint.pass() });
    return checkpoint;
  }

  /** The next such call fails, once. */
  failNext(method: Method, kind: Kind, skip = 0): void {
    const work = (): Promise<never> => Promise.reject(new SessionStoreUnavailableError('This call fails.'));
    this.#gates.push({ method, kind, skip, work });
  }

  override async read(key: string): Promise<StoredRecord | null> {
    await this.#pass('read', key);
    return super.read(key);
  }

  override async write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
    owner?: string,
  ): Promise<WriteResult> {
    await this.#pass('write', key);
    return super.write(key, bytes, ttlMs, expected, owner);
  }

  override async delete(key: string, expected?: Version): Promise<DeleteResult> {
    await this.#pass('delete', key);
    return super.delete(key, expected);
  }

  async #pass(method: Method, key: string): Promise<void> {
    const kind = /^session:remember:[\w-]{43}$/.test(key)
      ? 'remember'
      : /^session:[\w-]{43}$/.test(key)
        ? 'session'
        : null;
    const gate = this.#gates.find((one) => one.method === method && one.kind === kind);
    if (gate === undefined) return;
    if (gate.skip-- > 0) return;
    this.#gates.splice(this.#gates.indexOf(gate), 1);
    await gate.work();
  }
}
