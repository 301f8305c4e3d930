import { types } from 'node:util';
import { SessionConfigError, SessionStoreUnavailableError } from '../../errors.js';
import { SerialStore } from '../serial-store.js';
import { clockOf, standaloneContext, type StoreContext } from '../store-context.js';
import { bytesOf, parseSession, toSession, withLife } from './connect-session.js';
import type { ConnectCallback, ConnectClient, ConnectSession } from './connect.client.js';

/**
 * Stores sessions in any express-session store. Each is a session object with a cookie, as such stores expect, whose expiry is
 * that of the cookie; the store is responsible for removing it.
 *
 * **It cannot promise compare-and-set across processes**, since such stores do not have it: the adapter reads, compares, and
 * then writes. Within one process, it serialises the operations on a key and keeps the contract. If another process writes in
 * between, the last write wins; if it deletes in between, the session is restored.
 *
 * @publicApi
 */
export class ConnectStore extends SerialStore<ConnectSession> {
  private readonly now: () => number;

  /**
   * @param client the express-session store; it is used as it is and never closed
   * @throws SessionConfigError if it is not one
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
    // A touch does not restore a session that another process has deleted; a write would.
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
        // express-session does the same: a file store reports a missing file this way.
        else if (types.isNativeError(error) && 'code' in error && error.code === 'ENOENT') resolve(null);
        else reject(unavailable(error));
      };
      try {
        // Some stores also return a promise, which rejects with the error passed to the callback.
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
  const problem = 'expected an express-session store, with get, set and destroy';
  throw new SessionConfigError([{ setting: 'new ConnectStore(store)', problem }]);
}

function isConnectClient(client: unknown): client is ConnectClient {
  if (typeof client !== 'object' || client === null) return false;
  return ['get', 'set', 'destroy'].every((method) => typeof Reflect.get(client, method) === 'function');
}

function unavailable(error: unknown): SessionStoreUnavailableError {
  const reason = types.isNativeError(error) ? error.message : 'no reason given';
  return new SessionStoreUnavailableError(`The express-session store did not answer: ${reason}`, { cause: error });
}
