import { Injectable, type ExecutionContext } from '@nestjs/common';
import {
  SessionGoneError,
  SessionHeadersSentError,
  SessionLoginRefusedError,
  SessionStoreUnavailableError,
} from '../../errors.js';
import type { RequestClient } from '../../http/request-client.js';
import type { RequestSession } from '../../http/request-session.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { AuthFacts } from '../../session/auth-facts.js';
import { stateOf, type SessionObject } from '../../session/session.js';
import { AuthConfig } from '../auth-config.js';
import type { Restored } from '../auth-feature.js';
import { SignIn } from '../sign-in.js';
import type { SessionUser } from '../users/user.js';
import { Users } from '../users/users.js';
import { FamilyEnd } from './family-end.js';
import { RememberCookie, type ShownFamily } from './remember-cookie.js';
import { RememberFamilies, type Looked, type Turn } from './remember-families.js';

/** A used token and its user. */
interface Remembered {
  readonly turn: Turn;
  readonly user: SessionUser;
}

/** What happened to the session. */
type Outcome =
  | 'in'
  /** Not now, but perhaps another time. */
  | 'refused'
  /** The login was ended by another request while this one ran: that one clears the cookie. */
  | 'ended';

/** Logs a user in by a valid token, if nobody is logged in. */
@Injectable()
export class RememberRestore {
  constructor(
    private readonly config: AuthConfig,
    private readonly runtime: SessionRuntime,
    private readonly cookie: RememberCookie,
    private readonly families: RememberFamilies,
    private readonly familyEnd: FamilyEnd,
    private readonly users: Users,
    private readonly signIn: SignIn,
  ) {}

  /** Null: there is no token, or it is not valid. */
  async restore(request: RequestSession, session: SessionObject, context: ExecutionContext): Promise<Restored | null> {
    if (stateOf(session).delivery !== 'open' || !this.cookie.isIn(request.client)) return null;
    // The session would be the media player's, and the page that it plays for would be another client.
    if (request.client.isMediaPlayer) return null;
    const { rememberRefusal, onStoreError } = this.config.surroundings;
    const shown = this.cookie.read(request.client);
    if (shown.length === 0 || rememberRefusal !== null) return this.#forget(request.client);
    try {
      const remembered = await this.#firstTurn(request.client, shown, context);
      return remembered && (await this.#enter(request.client, session, remembered));
    } catch (error) {
      // The response was sent in the meantime: its token is as good as lost, and the previous one remains valid.
      if (error instanceof SessionHeadersSentError) return null;
      if (!(onStoreError === 'anonymous' && error instanceof SessionStoreUnavailableError)) throw error;
      this.runtime.observer.storeError({ error });
      return null;
    }
  }

  /** Uses a token: of several live families, the most recently issued one. Null: none is valid. */
  async #firstTurn(
    client: RequestClient,
    shown: readonly ShownFamily[],
    context: ExecutionContext,
  ): Promise<Remembered | null> {
    for (const one of shown) {
      const looked = await this.families.look(...one.tokens);
      if (looked === 'stolen') return this.#alarm(client, one.family);
      if (looked !== null) return this.#turn(client, looked, context);
    }
    return this.#forget(client);
  }

  async #turn(client: RequestClient, looked: Looked, context: ExecutionContext): Promise<Remembered | null> {
    const { token, row } = looked;
    const { userId, forced } = row;
    const user = await this.users.find(userId, context);
    if (user === null || !(await this.users.isAdmitted(user, forced))) {
      await this.familyEnd.end(token.family);
      return this.#forget(client);
    }
    const turn = await this.families.turn(token, looked);
    if (turn === 'stolen') return this.#alarm(client, token.family);
    return turn && { turn, user };
  }

  async #enter(client: RequestClient, session: SessionObject, remembered: Remembered): Promise<Restored | null> {
    const { turn, user } = remembered;
    let outcome: Outcome;
    try {
      outcome = await this.#begin(client, session, remembered);
    } catch (error) {
      // The token has been used, whatever happens next: its successor must not get lost.
      this.#setCookie(client, turn);
      throw error;
    }
    if (outcome !== 'ended') this.#setCookie(client, turn);
    if (outcome !== 'in') return null;
    // All requests with one token get the identical cookie.
    stateOf(session).issue(turn.row.rotatedAt);
    return { user };
  }

  /** The session for the token: the one that another request has started, or a new one. */
  async #begin(client: RequestClient, session: SessionObject, { turn, user }: Remembered): Promise<Outcome> {
    const { repository, observer } = this.runtime;
    const { isFirst, row, family, successor } = turn;
    if (!isFirst) {
      if (await repository.join(session, successor.companion)) return 'in';
      // It existed and has been ended since: an id is not reused. Without an owner index, it could never be found.
      if (row.isShown && repository.owned.isOffered) return 'ended';
    }
    let isNew: boolean;
    try {
      isNew = await this.signIn.enter(session, user, factsOf(turn, client), successor.companion);
    } catch (error) {
      if (error instanceof SessionLoginRefusedError) return 'refused';
      if (error instanceof SessionGoneError) return 'ended';
      throw error;
    }
    // A call that ended the family in the meantime may have come before there was a session to end.
    if (!(await this.families.lives(family))) {
      await repository.destroy(session);
      return 'ended';
    }
    if (isNew) observer.remembered({ publicId: session.id, userId: row.userId, address: client.address });
    return 'in';
  }

  async #alarm(client: RequestClient, family: string): Promise<null> {
    await this.familyEnd.raiseAlarm(family, client.address);
    return this.#forget(client);
  }

  #setCookie(client: RequestClient, { family, row, successor: { validator } }: Turn): void {
    this.cookie.set(client, { family, validator }, { ...row, issuedAt: row.rotatedAt });
  }

  #forget(client: RequestClient): null {
    this.cookie.clear(client);
    return null;
  }
}

/** The restored login: nothing has been proved but the possession of a cookie. */
function factsOf({ family, row }: Turn, { address, userAgent }: RequestClient): AuthFacts {
  const { userId, rotatedAt, createdAt, epoch, idleTimeout, absoluteTimeout, forced, extras } = row;
  return {
    userId,
    at: rotatedAt,
    // Whatever ends the logins before a certain time applies to this one, too.
    ...(createdAt === rotatedAt ? {} : { since: createdAt }),
    ...(epoch === undefined ? {} : { epoch }),
    device: { address, userAgent },
    family,
    restored: true,
    awaiting: true,
    ...(idleTimeout === undefined ? {} : { idleTimeout }),
    ...(absoluteTimeout === undefined ? {} : { absoluteTimeout }),
    ...(forced === undefined ? {} : { forced }),
    ...(extras === undefined ? {} : { extras }),
  };
}
