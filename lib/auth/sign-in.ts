import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../http/session-runtime.js';
import type { AuthFacts } from '../session/auth-facts.js';
import type { SessionObject } from '../session/session.js';
import { SessionLimiter } from './devices/session-limiter.js';
import type { SessionUser } from './users/user.js';

/** The one gate that every login passes, whatever it was proved with: here it becomes a session. */
@Injectable()
export class SignIn {
  constructor(
    private readonly runtime: SessionRuntime,
    private readonly limiter: SessionLimiter,
  ) {}

  /**
   * @param id the session's new id, where several requests agreed on one.
   * @throws SessionLoginRefusedError where the user has too many sessions already
   * @throws SessionGoneError where all of the user's sessions were ended meanwhile
   */
  async enter(session: SessionObject, user: SessionUser | null, facts: AuthFacts, id?: string): Promise<void> {
    await this.limiter.admit(session, user, facts, () => this.runtime.repository.login(session, facts, id));
    this.runtime.observer.login({ publicId: session.id, userId: facts.userId, restored: facts.restored === true });
  }
}
