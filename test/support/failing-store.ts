import { SessionStoreUnavailableError } from '../../lib/errors.js';
import { MemoryStore } from '../../lib/stores/memory/index.js';
import {
  type DeleteResult,
  isOwned,
  type Owned,
  SessionStore,
  type StoredRecord,
  type Version,
  type WriteResult,
} from '../../lib/stores/session-store.js';

type Method = 'read' | 'write' | 'touch' | 'delete';

/**
 * A store whose health a test decides: it works, it rejects, or it never answers. It counts the calls of the four methods
 * that every store has. It knows owners if the store inside does.
 */
export class FailingStore extends SessionStore implements Partial<Owned> {
  readonly ownedBy?: (owner: string) => AsyncIterable<string>;
  readonly deleteOwnedBy?: (owner: string, exceptKey?: string) => Promise<number>;
  readonly calls: Record<Method, number> = { read: 0, write: 0, touch: 0, delete: 0 };
  private trouble: (() => Promise<never>) | null = null;

  constructor(readonly inner: SessionStore = new MemoryStore()) {
    super();
    if (isOwned(inner)) {
      this.ownedBy = (owner) => this.list(() => inner.ownedBy(owner));
      this.deleteOwnedBy = (owner, exceptKey) => this.orTrouble(() => inner.deleteOwnedBy(owner, exceptKey));
    }
  }

  /** From now on every call rejects. */
  fail(error: Error = new SessionStoreUnavailableError('The store of this test is down.')): void {
    this.trouble = () => Promise.reject(error);
  }

  /** From now on no call is answered, ever. */
  hang(): void {
    this.trouble = () => new Promise<never>(() => undefined);
  }

  /** From now on everything works again. */
  recover(): void {
    this.trouble = null;
  }

  override read(key: string): Promise<StoredRecord | null> {
    return this.answer('read', () => this.inner.read(key));
  }

  override write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
    owner?: string,
  ): Promise<WriteResult> {
    return this.answer('write', () => this.inner.write(key, bytes, ttlMs, expected, owner));
  }

  override touch(key: string, ttlMs: number): Promise<boolean> {
    return this.answer('touch', () => this.inner.touch(key, ttlMs));
  }

  override delete(key: string, expected?: Version): Promise<DeleteResult> {
    return this.answer('delete', () =>
      expected === undefined ? this.inner.delete(key) : this.inner.delete(key, expected),
    );
  }

  override async close(): Promise<void> {
    await this.inner.close?.();
  }

  private answer<T>(method: Method, call: () => Promise<T>): Promise<T> {
    this.calls[method]++;
    return this.orTrouble(call);
  }

  protected orTrouble<T>(call: () => Promise<T>): Promise<T> {
    return this.trouble === null ? call() : this.trouble();
  }

  private async *list(keys: () => AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
    yield* await this.orTrouble(() => Promise.resolve(keys()));
  }
}
