import { Injectable } from '@nestjs/common';
import { SessionLoginRefusedError } from '../errors.js';
import { SessionRuntime } from '../http/session-runtime.js';
import type { AuthFacts } from '../session/auth-facts.js';
import { stateOf, type SessionObject } from '../session/session.js';
import { SessionLimiter } from './devices/session-limiter.js';
import { justProved } from './login.js';
import type { SessionUser, UserId } from './users/user.js';

/** The one gate that every login passes, whatever it was proved with: here it becomes a session. */
@Injectable()
export class SignIn {
  constructor(
    private readonly runtime: SessionRuntime,
    private readonly limiter: SessionLimiter,
  ) {}

  /**
   * @param id the session's new id, where several requests agreed on one.
   * @returns false: another of them was first, and the session is the one that it has begun.
   * @throws SessionLoginRefusedError where the user has too many sessions already
   * @throws SessionGoneError where all of the user's sessions were ended meanwhile
   */
  async enter(session: SessionObject, user: SessionUser | null, facts: AuthFacts, id?: string): Promise<boolean> {
    await this.#admit(session, user, facts, () => this.runtime.repository.login(session, facts, id), { id });
    // One that was found there holds the login of the request that has begun it, which has told of it.
    if (stateOf(session).auth !== facts) return false;
    this.runtime.observer.login({
      publicId: session.id,
      userId: facts.userId,
      factors: justProved(facts),
      restored: facts.restored === true,
      address: stateOf(session).bearer?.client.address ?? '',
    });
    return true;
  }

  /**
   * The same for a login that another framework has made.
   *
   * @param adopt makes it a session here. @param isMade whether another request has done that by now.
   * @throws SessionLoginRefusedError where the user has too many sessions already
   */
  async adopt(
    session: SessionObject,
    user: SessionUser | null,
    facts: AuthFacts,
    adopt: () => Promise<void>,
    isMade: () => Promise<boolean>,
  ): Promise<void> {
    await this.#admit(session, user, facts, adopt, { isMade });
  }

  async #admit(...login: Parameters<SessionLimiter['admit']>): Promise<void> {
    try {
      await this.limiter.admit(...login);
    } catch (error) {
      const [session, , { userId }] = login;
      this.tellRefusal(session, userId, error);
      throw error;
    }
  }

  /** A login that was right and is refused is one that somebody should know of (ASVS 16.3.1). Any other error is none. */
  tellRefusal(session: SessionObject, userId: UserId, error: unknown): void {
    if (!(error instanceof SessionLoginRefusedError)) return;
    this.runtime.observer.refused({
      publicId: session.isNew ? null : session.id,
      userId,
      reason: error.reason,
      address: stateOf(session).bearer?.client.address ?? '',
    });
  }
}
