import { Injectable, type ExecutionContext } from '@nestjs/common';
import { SessionGoneError, SessionLoginRefusedError, SessionStoreUnavailableError } from '../../errors.js';
import type { RequestSession } from '../../http/request-session.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { AuthFacts } from '../../session/auth-facts.js';
import { stateOf, type SessionObject } from '../../session/session.js';
import { AuthConfig } from '../auth-config.js';
import type { Arrival, AuthFeature, Entry, Restored } from '../auth-feature.js';
import { milliseconds } from '../login.js';
import { SignIn } from '../sign-in.js';
import { Users } from '../users/users.js';
import type { SessionUser, UserId } from '../users/user.js';
import { RememberCookie } from './remember-cookie.js';
import { RememberFamilies, type Turn } from './remember-families.js';

const LONGEST = 400 * 86_400_000;

/** A login by remember-me: who, and which family. */
interface Remembered {
  readonly turn: Turn;
  readonly user: SessionUser;
}

/**
 * Remember-me: a cookie of its own that logs in again once the session has ended. Its token is good for one use; a copy that
 * is used later gives itself away.
 */
@Injectable()
export class RememberFeature implements AuthFeature {
  /** Tokens for logins that are being made. */
  readonly #made = new WeakMap<Entry, { readonly validator: string; readonly duration: number }>();

  constructor(
    private readonly config: AuthConfig,
    private readonly runtime: SessionRuntime,
    private readonly cookie: RememberCookie,
    private readonly families: RememberFamilies,
    private readonly users: Users,
    private readonly signIn: SignIn,
  ) {}

  arrived({ request, session, auth }: Arrival): Promise<undefined> | undefined {
    const { family, awaiting } = auth;
    const { refreshEachRequest } = this.config.options.remember;
    if (family === undefined || !(awaiting || refreshEachRequest)) return undefined;
    const token = this.cookie.read(request.client);
    if (token?.family !== family) return undefined;
    if (awaiting) return this.#noteShown(request, session, auth, token);
    return this.families.isExtensionDue(token.issuedAt) ? this.#extend(request, token) : undefined;
  }

  async restore(request: RequestSession, session: SessionObject, context: ExecutionContext): Promise<Restored | null> {
    const { client } = request;
    if (!this.cookie.isIn(client) || stateOf(session).answered) return null;
    const token = this.cookie.read(client);
    try {
      const remembered = token && (await this.#turn(request, token, context));
      if (remembered === null) this.cookie.clear(client);
      return remembered && (await this.#enter(request, session, remembered));
    } catch (error) {
      const isGuestEnough = this.config.surroundings.onStoreError === 'anonymous';
      if (!(isGuestEnough && error instanceof SessionStoreUnavailableError)) throw error;
      this.runtime.observer.storeError({ error });
      return null;
    }
  }

  async entering(entry: Entry, facts: AuthFacts): Promise<AuthFacts> {
    const { request, session, options, userId } = entry;
    const former = stateOf(session).auth;
    const kept = former?.userId === userId ? former.family : undefined;
    if (options.remember !== true || this.config.surroundings.rememberRefusal !== null) {
      return kept === undefined ? facts : { ...facts, family: kept };
    }
    if (request === null) {
      throw new TypeError(
        'A login outside of a request cannot be remembered: there is no answer that could set the cookie.',
      );
    }
    const duration = this.#durationOf(options.duration);
    const { family, validator } = await this.families.begin(facts, duration);
    this.#made.set(entry, { validator, duration });
    return { ...facts, family };
  }

  entered(entry: Entry, { family }: AuthFacts): void {
    const made = this.#made.get(entry);
    if (made === undefined || family === undefined || entry.request === null) return;
    const { validator, duration } = made;
    this.cookie.set(entry.request.client, { family, validator }, this.runtime.now(), duration);
  }

  async notEntered(entry: Entry, { family }: AuthFacts): Promise<void> {
    if (this.#made.has(entry) && family !== undefined) await this.families.end(family);
  }

  async leaving(request: RequestSession | null, auth: AuthFacts | null): Promise<void> {
    const client = request?.client;
    const shown = client && this.cookie.read(client);
    for (const family of new Set([auth?.family, shown?.family])) {
      if (family !== undefined) await this.families.end(family);
    }
    if (client && (auth?.family !== undefined || this.cookie.isIn(client))) this.cookie.clear(client);
  }

  async endingAll(userId: UserId, except: AuthFacts | null): Promise<void> {
    await this.families.endAll(userId, except?.family);
  }

  async ending({ family }: AuthFacts): Promise<void> {
    if (family !== undefined) await this.families.end(family);
  }

  /** Takes the token's turn. Null: it is good for nothing (any more), and the cookie is to go. */
  async #turn(
    request: RequestSession,
    token: { readonly family: string; readonly validator: string },
    context: ExecutionContext,
  ): Promise<Remembered | null> {
    if (this.config.surroundings.rememberRefusal !== null) return null;
    const found = await this.families.look(token);
    if (found === 'stolen') {
      await this.#raiseAlarm(request, token.family);
      return null;
    }
    if (found === null) return null;
    const { userId, forced } = found.row;
    const user = await this.users.find(userId, context);
    if (user === null || !(forced || this.users.isActive(user))) {
      await this.families.end(token.family);
      return null;
    }
    const turn = await this.families.turn(token, found);
    if (turn === 'stolen') {
      await this.#raiseAlarm(request, token.family);
      return null;
    }
    return turn && { turn, user };
  }

  async #enter(request: RequestSession, session: SessionObject, { turn, user }: Remembered): Promise<Restored | null> {
    const { row, successor } = turn;
    const { repository, observer } = this.runtime;
    const family = turn.family;
    const takeCookie = (): void => {
      this.cookie.set(
        request.client,
        { family, validator: successor.validator },
        row.rotatedAt,
        row.expiresAt - row.rotatedAt,
      );
    };
    if (await repository.join(session, successor.sessionId)) {
      takeCookie();
      return { user };
    }
    try {
      await this.signIn.enter(session, user, this.families.factsOf(turn, request.client), successor.sessionId);
    } catch (error) {
      // Not now, but perhaps another time: the token has had its turn, and its successor must not get lost.
      if (error instanceof SessionLoginRefusedError) takeCookie();
      else if (error instanceof SessionGoneError) this.cookie.clear(request.client);
      else throw error;
      return null;
    }
    // Where the family was ended meanwhile, whoever did so may have come before there was a session to end.
    if (!(await this.families.lives(family))) {
      await repository.destroy(session);
      this.cookie.clear(request.client);
      return null;
    }
    takeCookie();
    observer.remembered({ publicId: session.id, userId: row.userId });
    return { user };
  }

  /** The client has the successor: from now on whoever shows the token before has a copy. */
  async #noteShown(
    request: RequestSession,
    session: SessionObject,
    { awaiting: _awaiting, ...auth }: AuthFacts,
    token: { readonly family: string; readonly validator: string },
  ): Promise<undefined> {
    if (!(await this.families.noteShown(token))) return;
    stateOf(session).auth = auth;
    request.requireCommit();
  }

  async #extend(
    request: RequestSession,
    token: { readonly family: string; readonly validator: string },
  ): Promise<undefined> {
    const row = await this.families.extend(token);
    if (row === null) return;
    const now = this.runtime.now();
    this.cookie.set(request.client, token, now, row.expiresAt - now);
  }

  /** Whoever has the other copy has a session, too. */
  async #raiseAlarm({ client }: RequestSession, family: string): Promise<void> {
    const row = await this.families.endStolen(family);
    if (row === null) return;
    const { owned } = this.runtime.repository;
    const sessions = owned.isOffered ? (await owned.list(row.userId)).filter(({ auth }) => auth.family === family) : [];
    for (const session of sessions) await owned.end(session);
    this.runtime.observer.rememberStolen({ userId: row.userId, address: client.address, sessions: sessions.length });
  }

  #durationOf(duration: number | string | undefined): number {
    return duration === undefined ? this.config.options.remember.duration : milliseconds('duration', duration, LONGEST);
  }
}
