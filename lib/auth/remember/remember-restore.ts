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

/** A token that has had its turn, and whose login it is. */
interface Remembered {
  readonly turn: Turn;
  readonly user: SessionUser;
}

/** What has become of the session. */
type Outcome =
  | 'in'
  /** Not now, but perhaps another time. */
  | 'refused'
  /** The login was ended by another request while this one ran: it is for that one to clear the cookie. */
  | 'ended';

/** Logs in whoever shows a good token, once nobody is logged in. */
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

  /** Null: there is no such token, or it is good for nothing (any more). */
  async restore(request: RequestSession, session: SessionObject, context: ExecutionContext): Promise<Restored | null> {
    if (stateOf(session).answered || !this.cookie.isIn(request.client)) return null;
    // The session would be the player's, and the page that it plays for would be another client's.
    if (request.client.isMediaPlayer) return null;
    const { rememberRefusal, onStoreError } = this.config.surroundings;
    const shown = this.cookie.read(request.client);
    if (shown.length === 0 || rememberRefusal !== null) return this.#forget(request.client);
    try {
      const remembered = await this.#firstTurn(request.client, shown, context);
      return remembered && (await this.#enter(request.client, session, remembered));
    } catch (error) {
      // The answer went out meanwhile: the token it did not bring is as good as lost, and the one before still stands.
      if (error instanceof SessionHeadersSentError) return null;
      if (!(onStoreError === 'anonymous' && error instanceof SessionStoreUnavailableError)) throw error;
      this.runtime.observer.storeError({ error });
      return null;
    }
  }

  /** Takes a token's turn: of several families that live that whose token was issued last. Null: none is good for anything. */
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
      // The token has had its turn, whatever came after: its successor must not get lost.
      this.#setCookie(client, turn);
      throw error;
    }
    if (outcome !== 'ended') this.#setCookie(client, turn);
    if (outcome !== 'in') return null;
    // All that one token lets in get the very same cookie.
    stateOf(session).issuedAt = turn.row.rotatedAt;
    return { user };
  }

  /** The session of the turn: that which another request has begun, or a new one. */
  async #begin(client: RequestClient, session: SessionObject, { turn, user }: Remembered): Promise<Outcome> {
    const { repository, observer } = this.runtime;
    const { isFirst, row, family, successor } = turn;
    if (!isFirst) {
      if (await repository.join(session, successor.sessionId)) return 'in';
      // It was there, and has been ended since: an id is not used again. What is with its client alone was never to be found.
      if (row.isShown && repository.owned.isOffered) return 'ended';
    }
    let isNew: boolean;
    try {
      isNew = await this.signIn.enter(session, user, factsOf(turn, client), successor.sessionId);
    } catch (error) {
      if (error instanceof SessionLoginRefusedError) return 'refused';
      if (error instanceof SessionGoneError) return 'ended';
      throw error;
    }
    // Whoever ended the family meanwhile may have come before there was a session to end.
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

/** The login that a turn makes: nobody has proved anything but the possession of a cookie. */
function factsOf({ family, row }: Turn, { address, userAgent }: RequestClient): AuthFacts {
  const { userId, rotatedAt, createdAt, epoch, idleTimeout, absoluteTimeout, forced } = row;
  return {
    userId,
    at: rotatedAt,
    // What ends the logins before a certain time means this one, too.
    ...(createdAt === rotatedAt ? {} : { since: createdAt }),
    ...(epoch === undefined ? {} : { epoch }),
    device: { address, userAgent },
    family,
    restored: true,
    awaiting: true,
    ...(idleTimeout === undefined ? {} : { idleTimeout }),
    ...(absoluteTimeout === undefined ? {} : { absoluteTimeout }),
    ...(forced === undefined ? {} : { forced }),
  };
}
