import { Injectable } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { SessionLoginRefusedError } from '../errors.js';
import type { RequestSession } from '../http/request-session.js';
import type { AuthFacts } from '../session/auth-facts.js';
import { stateOf, type SessionObject } from '../session/session.js';
import { AuthConfig } from './auth-config.js';
import { NotBefore } from './everyone/not-before.js';
import { timeoutsIn } from './login.js';
import { SignIn } from './sign-in.js';
import type { SessionUser, UserId } from './users/user.js';
import { Users } from './users/users.js';

/** Migrated logins: they have to pass the same checks as every login. */
@Injectable()
export class Adoptions {
  constructor(
    private readonly config: AuthConfig,
    private readonly users: Users,
    private readonly signIn: SignIn,
    private readonly notBefore: NotBefore,
  ) {}

  /**
   * Admits a login, with the timeouts of its user, if there is space for it.
   *
   * @param adopt stores it. @param isMade whether another request has done so by now.
   * @returns false: the user has too many sessions, and it is not migrated this time.
   */
  async admit(
    request: RequestSession,
    session: SessionObject,
    adopt: () => Promise<void>,
    isMade: () => Promise<boolean>,
  ): Promise<boolean> {
    const state = stateOf(session);
    if (state.auth === null) throw new TypeError('There is no login in this session.');
    state.meet(request);
    const user = await this.#userOf(state.auth.userId, request, session);
    const own = user === null ? null : (this.config.options.timeoutsOf?.(user) ?? null);
    const epoch = await this.notBefore.epoch();
    const facts: AuthFacts = { ...(own === null ? {} : timeoutsIn(own)), ...state.auth, epoch };
    state.setLogin(facts);
    try {
      await this.signIn.adopt(session, user, facts, adopt, isMade);
      return true;
    } catch (error) {
      if (error instanceof SessionLoginRefusedError) return false;
      throw error;
    }
  }

  /** Null: nothing here depends on the user, or there is none, which is handled when the user is needed. */
  async #userOf(userId: UserId, request: RequestSession, session: SessionObject): Promise<SessionUser | null> {
    const { timeoutsOf, maxSessionsPerUser } = this.config.options;
    if (timeoutsOf === null && typeof maxSessionsPerUser.max !== 'function') return null;
    // For the request only: its handler is not known yet.
    const context = new ExecutionContextHost([request.carrier]);
    return request.announce(session, () => this.users.find(userId, context));
  }
}
