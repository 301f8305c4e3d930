import { Injectable } from '@nestjs/common';
import { SessionLoginRefusedError } from '../errors.js';
import { SessionRuntime } from '../http/session-runtime.js';
import type { AuthFacts } from '../session/auth-facts.js';
import { stateOf, type SessionObject } from '../session/session.js';
import { SessionLimiter } from './devices/session-limiter.js';
import { justProved } from './login.js';
import type { SessionUser, UserId } from './users/user.js';

/** The single path that every login takes, however it was proved: here it becomes a session. */
@Injectable()
export class SignIn {
  constructor(
    private readonly runtime: SessionRuntime,
    private readonly limiter: SessionLimiter,
  ) {}

  /**
   * @param id the session's new id, if several requests agreed on one.
   * @returns false: another of them was faster, and the session is the one that it has started.
   * @throws SessionLoginRefusedError if the user already has too many sessions
   * @throws SessionGoneError if all of the user's sessions were ended in the meantime
   */
  async enter(session: SessionObject, user: SessionUser | null, facts: AuthFacts, id?: string): Promise<boolean> {
    await this.#admit(session, user, facts, () => this.runtime.repository.login(session, facts, id), { id });
    // A session found there has the login of the request that started it, which has reported it.
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
   * The same for a migrated login.
   *
   * @param adopt makes it a session here. @param isMade whether another request has done that by now.
   * @throws SessionLoginRefusedError if the user already has too many sessions
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

  /** A login with correct credentials that is rejected must be reported (ASVS 16.3.1). Other errors are not rejections. */
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
