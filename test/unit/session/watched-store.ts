import {
  type DeleteResult,
  isOwned,
  type Owned,
  SessionStore,
  type StoredRecord,
  type Version,
  type WriteResult,
} from '../../../lib/stores/session-store.js';

export type Method = 'read' | 'write' | 'touch' | 'delete';

export interface Call {
  readonly method: Method;
  readonly key: string;
  /** Counts from 1, since the last {@link WatchedStore.forget}. */
  readonly number: number;
}

type Hook = (call: Call) => unknown;

/** A real store that a test looks on: it notes the calls, and lets the test come before or after any of them. */
export class WatchedStore extends SessionStore implements Partial<Owned> {
  calls: Call[] = [];
  /** Runs before a call reaches the store; what it throws is the answer, and the store never hears of the call. */
  before: Hook = () => undefined;
  /** Runs when the store has done its part; what it throws is the answer all the same. */
  after: Hook = () => undefined;

  readonly ownedBy?: Owned['ownedBy'];
  readonly deleteOwnedBy?: Owned['deleteOwnedBy'];

  constructor(readonly inner: SessionStore) {
    super();
    if (!isOwned(inner)) return;
    this.ownedBy = (owner) => inner.ownedBy(owner);
    this.deleteOwnedBy = (owner, exceptKey) => inner.deleteOwnedBy(owner, exceptKey);
  }

  get methods(): Method[] {
    return this.calls.map(({ method }) => method);
  }

  /** Forgets what it has noted, and its hooks. */
  forget(): void {
    this.calls = [];
    this.before = this.after = () => undefined;
  }

  override read(key: string): Promise<StoredRecord | null> {
    return this.watch('read', key, () => this.inner.read(key));
  }

  override write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
    owner?: string,
  ): Promise<WriteResult> {
    return this.watch('write', key, () => this.inner.write(key, bytes, ttlMs, expected, owner));
  }

  override touch(key: string, ttlMs: number): Promise<boolean> {
    return this.watch('touch', key, () => this.inner.touch(key, ttlMs));
  }

  override delete(key: string, expected?: Version): Promise<DeleteResult> {
    return this.watch('delete', key, () =>
      expected === undefined ? this.inner.delete(key) : this.inner.delete(key, expected),
    );
  }

  override async close(): Promise<void> {
    await this.inner.close?.();
  }

  private async watch<T>(method: Method, key: string, work: () => Promise<T>): Promise<T> {
    const call = { method, key, number: this.calls.length + 1 };
    this.calls.push(call);
    await this.before(call);
    const answer = await work();
    await this.after(call);
    return answer;
  }
}
