import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { settingName } from '../../config/setting-name.js';
import { SessionConfigError, SessionLoginRefusedError } from '../../errors.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { AuthFacts } from '../../session/auth-facts.js';
import { lineageOf } from '../../session/lineage.js';
import type { OwnedSession } from '../../session/owned-sessions.js';
import { ownerKey, storeKey } from '../../session/session-id.js';
import { stateOf, type SessionObject } from '../../session/session.js';
import { isOwned, SessionStore } from '../../stores/session-store.js';
import { AuthConfig } from '../auth-config.js';
import { authOptions } from '../auth.options.js';
import type { SessionUser, UserId } from '../users/user.js';
import { withLock } from './lock.js';

/** Sees to it that a user has no more sessions than are allowed, however many log in at once. */
@Injectable()
export class SessionLimiter implements OnModuleInit {
  constructor(
    private readonly runtime: SessionRuntime,
    private readonly config: AuthConfig,
    @Inject(SessionStore) private readonly store: SessionStore,
  ) {}

  /** @throws SessionConfigError where there is a limit that this store cannot count up to */
  onModuleInit(): void {
    if (this.config.options.maxSessionsPerUser === null || isOwned(this.store)) return;
    throw new SessionConfigError([
      {
        setting: settingName(authOptions.maxSessionsPerUser.env, 'maxSessionsPerUser'),
        problem:
          'needs a session store that knows whose a session is (ownedBy and deleteOwnedBy), which this one does not',
      },
    ]);
  }

  /**
   * Runs `login`, where there is room for one more session.
   *
   * @param agreed where several requests are about to make the same session: its new id, or whether another of them has made it by
   *   now. What another one has begun needs no further room.
   * @throws SessionLoginRefusedError where there is none, and none is made
   */
  async admit(
    session: SessionObject,
    user: SessionUser | null,
    { userId }: AuthFacts,
    login: () => Promise<void>,
    agreed: { readonly id?: string | undefined; readonly isMade?: () => Promise<boolean> } = {},
  ): Promise<void> {
    const { maxSessionsPerUser, onTooManySessions } = this.config.options;
    const limit =
      typeof maxSessionsPerUser === 'function' ? await maxSessionsPerUser(userId, user) : maxSessionsPerUser;
    if (limit === null) return login();
    // Logins of one user take turns: each must see what the one before it has made.
    const { keyPrefix } = this.config.surroundings;
    const lock = ownerKey(keyPrefix, 'login-lock', userId);
    await withLock(this.store, lock, this.runtime.report, async () => {
      if (await agreed.isMade?.()) return;
      const agreedKey = agreed.id === undefined ? null : storeKey(keyPrefix, agreed.id);
      const state = stateOf(session);
      const replaced = state.auth?.userId === userId ? lineageOf(state) : null;
      const others = (await this.runtime.repository.owned.list(userId)).filter(
        ({ key, lineage }) => lineage !== replaced && key !== agreedKey,
      );
      if (others.length >= limit && onTooManySessions === 'refuse') {
        throw new SessionLoginRefusedError(
          'too-many-sessions',
          `This user has ${String(limit)} sessions, which is the limit (SESSION_MAX_PER_USER). Log out somewhere else first.`,
        );
      }
      await login();
      const surplus = others.sort((a, b) => startOf(b) - startOf(a)).slice(Math.max(0, limit - 1));
      // The session that this login takes the place of may have got a new id just before.
      const lineages = [...surplus.map(({ lineage }) => lineage), ...(replaced === null ? [] : [replaced])];
      if (lineages.length > 0) await this.#end(userId, lineages);
    });
  }

  async #end(userId: UserId, lineages: readonly string[]): Promise<void> {
    const { repository, observer } = this.runtime;
    await repository.owned.end(userId, { lineages }, undefined, ({ lineage }) => {
      observer.revoked({ userId, publicId: lineage, sessions: 1 });
    });
  }
}

function startOf({ auth }: OwnedSession): number {
  return auth.since ?? auth.at;
}
