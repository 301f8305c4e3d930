import { types } from 'node:util';
import { SessionConfigError, SessionStoreUnavailableError } from '../../errors.js';
import { SerialStore } from '../serial-store.js';
import { clockOf, standaloneContext, type StoreContext } from '../store-context.js';
import { bytesOf, parseSession, toSession, withLife } from './connect-session.js';
import type { ConnectCallback, ConnectClient, ConnectSession } from './connect.client.js';

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
export class ConnectStore extends SerialStore<ConnectSession> {
  private readonly now: () => number;

  /**
   * @param client the store: it is used as it is, and never closed
   * @throws SessionConfigError where it is no such store
   */
  constructor(
    private readonly client: ConnectClient,
    context: StoreContext = standaloneContext,
  ) {
    super(usable(client));
    this.now = clockOf(context);
  }

  protected override async live(key: string): Promise<ConnectSession | null> {
    return parseSession(await this.call((done) => this.client.get(key, done)));
  }

  protected override bytesOf(session: ConnectSession): Uint8Array {
    return bytesOf(session);
  }

  protected override async put(key: string, bytes: Uint8Array, ttlMs: number): Promise<string> {
    const session = toSession(bytes, this.now(), ttlMs);
    await this.call((done) => this.client.set(key, session, done));
    return session.version;
  }

  protected override async extend(key: string, current: ConnectSession, ttlMs: number): Promise<void> {
    const session = withLife(current, this.now(), ttlMs);
    // A touch does not bring back what another process has deleted meanwhile; a write would.
    await this.call((done) =>
      this.client.touch === undefined ? this.client.set(key, session, done) : this.client.touch(key, session, done),
    );
  }

  protected override async remove(key: string): Promise<boolean> {
    await this.call((done) => this.client.destroy(key, done));
    return true;
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

/** @throws SessionConfigError */
function usable(client: ConnectClient): ConnectClient {
  if (isConnectClient(client)) return client;
  const problem = 'expected a store of express-session, with get, set and destroy';
  throw new SessionConfigError([{ setting: 'new ConnectStore(store)', problem }]);
}

function isConnectClient(client: unknown): client is ConnectClient {
  if (typeof client !== 'object' || client === null) return false;
  return ['get', 'set', 'destroy'].every((method) => typeof Reflect.get(client, method) === 'function');
}

function unavailable(error: unknown): SessionStoreUnavailableError {
  const reason = types.isNativeError(error) ? error.message : 'it gave no reason';
  return new SessionStoreUnavailableError(`The store of express-session did not answer: ${reason}`, { cause: error });
}
