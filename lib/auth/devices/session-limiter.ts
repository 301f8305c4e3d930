import { Inject, Injectable } from '@nestjs/common';
import { SessionLoginRefusedError } from '../../errors.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { AuthFacts } from '../../session/auth-facts.js';
import type { OwnedSession } from '../../session/owned-sessions.js';
import { ownerKey } from '../../session/session-id.js';
import { stateOf, type SessionObject } from '../../session/session.js';
import { SessionStore } from '../../stores/session-store.js';
import { AuthConfig } from '../auth-config.js';
import type { SessionUser } from '../users/user.js';
import { withLock } from './lock.js';

/** Sees to it that a user has no more sessions than are allowed, however many log in at once. */
@Injectable()
export class SessionLimiter {
  constructor(
    private readonly runtime: SessionRuntime,
    private readonly config: AuthConfig,
    @Inject(SessionStore) private readonly store: SessionStore,
  ) {}

  /**
   * Runs `login`, where there is room for one more session.
   *
   * @throws SessionLoginRefusedError where there is none, and none is made
   */
  async admit(
    session: SessionObject,
    user: SessionUser | null,
    { userId }: AuthFacts,
    login: () => Promise<void>,
  ): Promise<void> {
    const { maxSessionsPerUser, onTooManySessions } = this.config.options;
    const limit =
      typeof maxSessionsPerUser === 'function' ? await maxSessionsPerUser(userId, user) : maxSessionsPerUser;
    if (limit === null) return login();
    // Logins of one user take turns: each must see what the one before it has made.
    const lock = ownerKey(this.config.surroundings.keyPrefix, 'login-lock', userId);
    await withLock(this.store, lock, this.runtime.report, async () => {
      const own = stateOf(session).stored?.key;
      const others = (await this.runtime.repository.owned.list(userId)).filter(({ key }) => key !== own);
      if (others.length >= limit && onTooManySessions === 'refuse') {
        throw new SessionLoginRefusedError(
          'too-many-sessions',
          `This user has ${String(limit)} sessions, which is the limit (SESSION_MAX_PER_USER). Log out somewhere else first.`,
        );
      }
      await login();
      await this.#endOldest(others, limit - 1);
    });
  }

  async #endOldest(sessions: OwnedSession[], left: number): Promise<void> {
    const surplus = sessions.sort((a, b) => startOf(b) - startOf(a)).slice(Math.max(0, left));
    for (const session of surplus) {
      if (!(await this.runtime.repository.owned.end(session))) continue;
      this.runtime.observer.revoked({ userId: session.auth.userId, publicId: session.publicId, sessions: 1 });
    }
  }
}

function startOf({ auth }: OwnedSession): number {
  return auth.since ?? auth.at;
}
