import { inspect } from 'node:util';
import { SessionStoreUnavailableError } from '../errors.js';
import type { Device } from '../session/auth-facts.js';
import { snapshotView } from '../session/readonly-view.js';
import { SessionHandle, type SessionHandleKit, type SessionHolder } from '../session/session-handle.js';
import type { ShownTokens } from '../session/session-reference.js';
import { stateOf, type SessionObject } from '../session/session.js';
import type { SessionWatcher } from './request-session.js';

/** What a session without a request needs from its application. */
export interface OpenSessionKit extends SessionHandleKit {
  readonly watcher: Pick<SessionWatcher, 'arrivedWithoutRequest'> | null;
}

/**
 * A client's session without an HTTP response, from `SessionService.open()`: for a WebSocket, or any other transport of your
 * own. It is a snapshot that {@link reload} renews.
 *
 * Changes of a session that exists are saved by {@link commit}, and merged with those of requests. Whatever needs a new cookie
 * throws a `SessionNeedsHttpError`: starting a session, `regenerate()`, `AuthService.login()` and `confirm()`. It does not count
 * as use of the session: its timeouts keep running, and a rotation that is due is left to the next HTTP request.
 *
 * @publicApi
 */
export class OpenSession {
  readonly #kit: OpenSessionKit;
  readonly #shown: ShownTokens;
  readonly #sender: Device | null;
  #handle: SessionHandle;
  #session: SessionObject;

  private constructor(opened: Opened) {
    this.#kit = opened.kit;
    this.#shown = opened.shown;
    this.#sender = opened.sender;
    this.#handle = opened.handle;
    this.#session = opened.session;
  }

  /** @internal */
  static async open(kit: OpenSessionKit, shown: ShownTokens, sender: Device | null): Promise<OpenSession> {
    return new OpenSession(await opened(kit, shown, sender));
  }

  /**
   * The session; an empty one, with `isNew`, if the client has none. Where sessions are in cookies, it can only be read:
   * changing it throws a `SessionReadonlyError`.
   */
  get session(): SessionObject {
    return this.#session;
  }

  /** The id of the user who is logged in; null: nobody. */
  get userId(): string | number | null {
    return stateOf(this.#session).auth?.userId ?? null;
  }

  /**
   * Saves the changes, merged with what requests have saved in the meantime; a no-op if nothing changed. If the session has
   * ended, they are dropped, or rejected if `onGone` is `'error'`.
   *
   * @throws SessionNeedsHttpError if the client has no session: nothing is saved
   * @throws SessionStoreUnavailableError if the store does not answer
   */
  async commit(): Promise<void> {
    await this.#handle.commit();
  }

  /**
   * Ends the session at once, with its data and login, as `session.destroy()` does. It leaves remember-me alone, unlike
   * `AuthService.logout(session)`.
   *
   * @throws SessionStoreUnavailableError if the store does not answer
   * @throws SessionNeedsHttpError where sessions are in cookies, and their ends are not noted (`revocations`)
   */
  async end(): Promise<void> {
    this.#handle.endAtCommit();
    await this.#handle.commit();
  }

  /**
   * Reads the session again; {@link session} is then another object, and unsaved changes are dropped. Use it to notice that
   * the session has changed or ended.
   *
   * @returns whether it still exists. False also after a new id (a login, `regenerate()`, `confirm()`): only the client's new
   *   cookie leads there.
   * @throws SessionStoreUnavailableError if the store does not answer
   */
  async reload(): Promise<boolean> {
    const { handle, session } = await opened(this.#kit, this.#shown, this.#sender);
    this.#handle = handle;
    this.#session = session;
    return !session.isNew;
  }

  /** Applications log it. */
  [inspect.custom](): string {
    return 'OpenSession {}';
  }
}

interface Opened {
  readonly kit: OpenSessionKit;
  readonly shown: ShownTokens;
  readonly sender: Device | null;
  readonly handle: SessionHandle;
  readonly session: SessionObject;
}

async function opened(kit: OpenSessionKit, shown: ShownTokens, sender: Device | null): Promise<Opened> {
  const bearer = sender && { client: sender };
  const handle = new SessionHandle(kit, shown, holderOf(kit, sender), bearer, 'none');
  const session = await handle.load();
  return { kit, shown, sender, handle, session: kit.repository.isByValue ? snapshotView(session) : session };
}

function holderOf({ watcher, observer }: OpenSessionKit, sender: Device | null): SessionHolder {
  return {
    inspect: (session, state) => watcher?.arrivedWithoutRequest(sender, session, state),
    elsewhere: () => null,
    follow: null,
    errorFor: (error) => {
      if (error instanceof SessionStoreUnavailableError) observer.storeError({ error });
      return error;
    },
  };
}
