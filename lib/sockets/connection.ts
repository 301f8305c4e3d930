import type { ExecutionContext } from '@nestjs/common';
import { isObservable, Observable } from 'rxjs';
import { timerDelay } from '../config/timer.js';
import type { Held } from '../endings/ends-elsewhere.js';
import { currentSession } from '../http/current-session.js';
import type { SessionRuntime } from '../http/session-runtime.js';
import { closingOf, slim, type KnownLogin } from '../session/known-login.js';
import { lineageOf } from '../session/lineage.js';
import type { SessionToken, ShownTokens } from '../session/session-reference.js';
import type { SessionState } from '../session/session-state.js';
import { stateOf, type SessionObject } from '../session/session.js';
import { Message, type MessageSource } from './message.js';
import type { Refusal } from './refusal.js';
import type { Handshake, SocketLibrary } from './socket-library.js';

/** What the connections of a place have in common. */
export interface ConnectionKit {
  readonly runtime: SessionRuntime;
  readonly library: SocketLibrary;
  /** Whether a message that uses the session extends it. */
  readonly isUse: boolean;
  /** The error by which Nest tells a client why its message was rejected. */
  errorFor(refusal: Refusal): Error;
  /** What a user loader gets where no message is handled. */
  contextOf(client: object): ExecutionContext;
}

/** The code with which a socket is closed whose login has ended: that of "unauthenticated" among those for applications. */
export const CLOSED_BY_END = 4401;
/** What the client is told then, and as the reason of the close. */
const ENDED = 'session-ended';
const EXPIRING = 'session-expiring';

/** How long before the cookie ends the client is told, in ms; at most a quarter of its life. */
const TOLD_BEFORE = 60_000;

const noTokens: ShownTokens = { tokens: [], hasOthers: false };

/**
 * An accepted socket, and the login that it was opened with: the socket ends with that. It keeps as little as possible, since there
 * may be many: no session, only where it is.
 */
export class Connection implements Held, MessageSource {
  #login: KnownLogin | null;
  /** Null: there is no session, or it is in the cookie. */
  #token: SessionToken | null;
  #client: object | null = null;
  /** Since when there is a cookie of which the client is told before it ends; null: it is not told. */
  #cookie: { readonly issuedAt: number; readonly createdAt: number } | null = null;
  #isOver = false;
  #telling: NodeJS.Timeout | null = null;

  /** @param state the session of the handshake, which has been checked */
  constructor(
    private readonly kit: ConnectionKit,
    readonly handshake: Handshake,
    state: SessionState,
  ) {
    this.#login = loginIn(state);
    const { stored, rotatedAt, createdAt } = state;
    const issuedAt = state.issuedAt ?? rotatedAt;
    this.#token = stored && { id: stored.id, issuedAt, outdated: false };
    if (kit.isUse && state.permanent && stored !== null) this.#cookie = { issuedAt, createdAt };
  }

  get runtime(): SessionRuntime {
    return this.kit.runtime;
  }

  get isUse(): boolean {
    return this.kit.isUse;
  }

  /** Null: nobody was logged in when the socket was opened. */
  get login(): KnownLogin | null {
    return this.#login;
  }

  /** What leads to the session now. */
  get shown(): ShownTokens {
    const { repository, cookie } = this.runtime;
    if (repository.isByValue) return cookie.readAll(this.handshake.headers.cookie);
    return this.#token === null ? noTokens : { tokens: [this.#token], hasOthers: false };
  }

  errorFor(refusal: Refusal): Error {
    return this.kit.errorFor(refusal);
  }

  async isAdmitted(): Promise<boolean> {
    const [client, login] = [this.#client, this.#login];
    if (client === null || login === null) return true;
    return currentSession.run(new Message(this, client), () =>
      this.runtime.isAdmitted(login.auth, this.kit.contextOf(client)),
    );
  }

  /** The platform has the socket. Called for each gateway of its place. */
  open(client: object): void {
    if (this.#client !== null) return;
    this.#client = client;
    if (this.#isOver) {
      this.#close(client);
      return;
    }
    const { library } = this.kit;
    // By its own gateway: nobody would be told of its end any more.
    if (library.isGone(client)) {
      this.#isOver = true;
      return;
    }
    if (this.#login !== null) this.runtime.heldLogins.add(this);
    library.onClose(client, () => {
      this.#over();
    });
    if (this.#cookie !== null) this.#tellBeforeCookieEnds(this.#cookie.issuedAt, this.#cookie.createdAt);
  }

  /** Runs the handler of a message, unless the login has ended. What it returns may be an Observable, to which Nest subscribes later. */
  handle(client: object, work: () => unknown): Promise<unknown> | undefined {
    if (this.#isOver) return undefined;
    const message = new Message(this, client);
    return Promise.resolve(currentSession.run(message, work)).then((result) =>
      isObservable(result)
        ? new Observable((subscriber) => currentSession.run(message, () => result.subscribe(subscriber)))
        : result,
    );
  }

  found(login: KnownLogin): void {
    const { auth, stored } = login;
    const known = this.#login;
    if (known?.stored.id === stored.id && known.auth.seenAt === auth.seenAt && known.auth.at === auth.at) return;
    this.#login = slim(login);
    if (this.#token !== null && this.#token.id !== stored.id) {
      this.#token = { id: stored.id, issuedAt: this.#token.issuedAt, outdated: false };
    }
  }

  /** The login has ended. */
  end(): void {
    if (this.#isOver) return;
    this.#over();
    if (this.#client !== null) this.#close(this.#client);
  }

  /**
   * The session for a message, given what was found where it was known to be. Never another login than that of the handshake: where
   * that is not found, it is looked for by its lineage.
   */
  follow(session: SessionObject | null): SessionObject | null | Promise<SessionObject | null> {
    const state = session && stateOf(session);
    const lineage = state && lineageOf(state);
    if (this.#login === null) return lineage === null ? session : null;
    if (state !== null && lineage === this.#login.lineage) {
      this.#note(state);
      return session;
    }
    return this.#search(this.#login);
  }

  /** A message has extended the session, or not. */
  noteUse({ issuedAt }: SessionState): void {
    if (this.#token !== null && issuedAt !== null && issuedAt > this.#token.issuedAt) {
      this.#token = { ...this.#token, issuedAt };
    }
  }

  async #search(known: KnownLogin): Promise<SessionObject | null> {
    const { repository } = this.runtime;
    let former: KnownLogin | null = null;
    let login = await repository.findLogin(known);
    // Where it is known to be by now, too: it may have moved while the message's session was read. And it may move again in between.
    while (login !== null && this.#token !== null && login.stored.id !== former?.stored.id) {
      const session = await repository.load({ id: login.stored.id, issuedAt: this.#token.issuedAt });
      if (session !== null && lineageOf(stateOf(session)) === known.lineage) {
        this.#note(stateOf(session));
        return session;
      }
      former = login;
      login = await repository.findLogin(login);
    }
    // It has ended; or only the client's new cookie leads to it, and the client has to connect again.
    this.end();
    return null;
  }

  #note(state: SessionState): void {
    const { auth, stored } = state;
    if (auth === null || stored === null || this.#login === null) return;
    const { seenAt } = auth;
    // What extends the session next depends on all that use it.
    if (seenAt !== undefined && (state.issuedAt ?? 0) < seenAt) state.issue(seenAt);
    this.found({ lineage: this.#login.lineage, auth, stored });
  }

  #over(): void {
    this.#isOver = true;
    this.runtime.heldLogins.remove(this);
    if (this.#telling !== null) clearTimeout(this.#telling);
  }

  #close(client: object): void {
    const { library } = this.kit;
    if (this.#login !== null) this.runtime.observer.socketClosed(closingOf(this.#login));
    try {
      library.tell(client, ENDED, { code: CLOSED_BY_END });
      library.close(client, CLOSED_BY_END, ENDED);
    } catch (error) {
      this.runtime.report(error);
    }
  }

  /** Messages extend the session and not the cookie, which the client can only renew by a request. @param issuedAt in ms */
  #tellBeforeCookieEnds(issuedAt: number, createdAt: number): void {
    const { lifetime, now } = this.runtime;
    const auth = this.#login?.auth ?? null;
    const life = lifetime.remaining({ createdAt, auth }, issuedAt);
    const endsAt = issuedAt + life;
    const wait = endsAt - Math.min(TOLD_BEFORE, life / 4) - now();
    // No socket lasts as long as a timer can wait.
    if (timerDelay(wait) < wait) return;
    this.#telling = setTimeout(
      () => {
        if (this.#client === null || this.#isOver) return;
        this.kit.library.tell(this.#client, EXPIRING, { expiresAt: endsAt });
        this.#tellBeforeCookieEnds(now(), createdAt);
      },
      Math.max(0, wait),
    ).unref();
  }
}

function loginIn(state: SessionState): KnownLogin | null {
  const { auth, stored } = state;
  const lineage = lineageOf(state);
  return auth === null || stored === null || lineage === null ? null : slim({ lineage, auth, stored });
}
