import { types } from 'node:util';
import { SessionConfigError, SessionStoreUnavailableError } from '../../errors.js';
import { KeyQueue } from '../key-queue.js';
import {
  type DeleteResult,
  SessionStore,
  type StoredRecord,
  type Version,
  type WriteResult,
} from '../session-store.js';
import { standaloneContext, type StoreContext } from '../store-context.js';
import { bytesOf, parseSession, toSession, withLife } from './connect-session.js';
import type { ConnectCallback, ConnectClient, ConnectSession } from './connect.client.js';

/** Adapters over one store share its queue: within a process there is one order of what is done to a key. */
const queues = new WeakMap<ConnectClient, KeyQueue>();

/**
 * Keeps sessions in any store that was written for express-session. Each is a session object with a cookie, as such stores
 * expect it, and its time to live is that of the cookie: when it ends is for the store to see to.
 *
 * **It cannot promise compare-and-set across processes**, since such stores have none: the adapter reads, compares, and then
 * writes. Within one process it does so for one key after the other, and obeys the law. Where another process writes between
 * the two, the last write wins, and where it deletes between the two, the session is back.
 *
 * @publicApi
 */
export class ConnectStore extends SessionStore {
  private readonly queue: KeyQueue;
  private readonly now: () => number;

  /**
   * @param client the store: it is used as it is, and never closed
   * @throws SessionConfigError where it is no such store
   */
  constructor(
    private readonly client: ConnectClient,
    context: StoreContext = standaloneContext,
  ) {
    super();
    if (!isConnectClient(client)) {
      throw new SessionConfigError([
        {
          setting: 'new ConnectStore(store)',
          problem: 'expected a store of express-session, with get, set and destroy',
        },
      ]);
    }
    this.queue = queues.get(client) ?? new KeyQueue();
    queues.set(client, this.queue);
    this.now = context.now ?? Date.now;
  }

  override async read(key: string): Promise<StoredRecord | null> {
    const session = await this.session(key);
    return session === null ? null : toRecord(session);
  }

  override async write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
  ): Promise<WriteResult> {
    const own = new Uint8Array(bytes);
    return this.queue.run(key, async () => {
      const current = await this.session(key);
      if (expected === 'absent') {
        if (current !== null) return { conflict: toRecord(current) };
      } else {
        if (current === null) return { gone: true };
        if (current.version !== expected) return { conflict: toRecord(current) };
      }
      const session = toSession(own, this.now(), ttlMs);
      await this.call((done) => this.client.set(key, session, done));
      return { written: session.version };
    });
  }

  override async touch(key: string, ttlMs: number): Promise<boolean> {
    return this.queue.run(key, async () => {
      const current = await this.session(key);
      if (current === null) return false;
      const session = withLife(current, this.now(), ttlMs);
      // A touch does not bring back what another process has deleted meanwhile; a write would.
      await this.call((done) =>
        this.client.touch === undefined ? this.client.set(key, session, done) : this.client.touch(key, session, done),
      );
      return true;
    });
  }

  override async delete(key: string, expected?: Version): Promise<DeleteResult> {
    return this.queue.run(key, async () => {
      const current = await this.session(key);
      if (current === null) return 'absent';
      if (expected !== undefined && current.version !== expected) return { conflict: toRecord(current) };
      await this.call((done) => this.client.destroy(key, done));
      return 'deleted';
    });
  }

  private async session(key: string): Promise<ConnectSession | null> {
    return parseSession(await this.call((done) => this.client.get(key, done)));
  }

  private call(work: (done: ConnectCallback) => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const done: ConnectCallback = (error, result) => {
        if (error === undefined || error === null) resolve(result);
        // As express-session takes it: a store of files has no file for it.
        else if (types.isNativeError(error) && 'code' in error && error.code === 'ENOENT') resolve(null);
        else reject(unavailable(error));
      };
      try {
        // Some stores give a promise besides, which is rejected with what the callback is told.
        Promise.resolve(work(done)).catch((error: unknown) => {
          reject(unavailable(error));
        });
      } catch (error) {
        reject(unavailable(error));
      }
    });
  }
}

function isConnectClient(client: unknown): client is ConnectClient {
  if (typeof client !== 'object' || client === null) return false;
  return ['get', 'set', 'destroy'].every((method) => typeof Reflect.get(client, method) === 'function');
}

function toRecord(session: ConnectSession): StoredRecord {
  return { bytes: bytesOf(session), version: session.version };
}

function unavailable(error: unknown): SessionStoreUnavailableError {
  const reason = types.isNativeError(error) ? error.message : 'it gave no reason';
  return new SessionStoreUnavailableError(`The store of express-session did not answer: ${reason}`, { cause: error });
}
