import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { settingName } from '../../config/setting-name.js';
import { SessionConfigError, SessionLoginRefusedError } from '../../errors.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { actorOf, type AuthFacts } from '../../session/auth-facts.js';
import { lineageOf } from '../../session/lineage.js';
import type { OwnedSession } from '../../session/owned-sessions.js';
import { ownerKey, storeKey } from '../../session/session-id.js';
import { stateOf, type SessionObject } from '../../session/session.js';
import { isOwned, SessionStore } from '../../stores/session-store.js';
import { AuthConfig } from '../auth-config.js';
import { authOptions } from '../auth.options.js';
import type { SessionUser, UserId } from '../users/user.js';
import { withLock } from './lock.js';

/** Enforces the limit of sessions per user, however many logins run at once. */
@Injectable()
export class SessionLimiter implements OnModuleInit {
  constructor(
    private readonly runtime: SessionRuntime,
    private readonly config: AuthConfig,
    @Inject(SessionStore) private readonly store: SessionStore,
  ) {}

  /** @throws SessionConfigError if there is a limit that this store cannot count up to */
  onModuleInit(): void {
    if (this.config.options.maxSessionsPerUser.max === null || isOwned(this.store)) return;
    throw new SessionConfigError([
      {
        setting: settingName(authOptions.maxSessionsPerUser.max.env, 'maxSessionsPerUser'),
        problem: 'needs a session store with an owner index (ownedBy and deleteOwnedBy), which this one lacks',
      },
    ]);
  }

  /**
   * Runs `login`, if one more session is allowed.
   *
   * @param agreed if several requests are about to make the same session: its new id, or whether another of them has made it by
   *   now. A session that another one has started needs no further space.
   * @throws SessionLoginRefusedError if the limit is reached, and no session is ended for it
   */
  async admit(
    session: SessionObject,
    user: SessionUser | null,
    { userId }: AuthFacts,
    login: () => Promise<void>,
    agreed: { readonly id?: string | undefined; readonly isMade?: () => Promise<boolean> } = {},
  ): Promise<void> {
    const { max, onTooMany } = this.config.options.maxSessionsPerUser;
    const limit = typeof max === 'function' ? await max(userId, user) : max;
    if (limit === null) return login();
    // Logins of one user are serialised: each must see what the previous one has made.
    const { keyPrefix } = this.config.surroundings;
    const lock = ownerKey(keyPrefix, 'login-lock', userId);
    await withLock(this.store, lock, this.runtime.report, async () => {
      if (await agreed.isMade?.()) return;
      const agreedKey = agreed.id === undefined ? null : storeKey(keyPrefix, agreed.id);
      const state = stateOf(session);
      const replaced = state.auth?.userId === userId ? lineageOf(state) : null;
      const others = (await this.runtime.repository.owned.list(userId)).filter(
        ({ key, lineage, auth }) => lineage !== replaced && key !== agreedKey && actorOf(auth) === null,
      );
      if (others.length >= limit && onTooMany === 'refuse') {
        throw new SessionLoginRefusedError(
          'too-many-sessions',
          `This user has ${String(limit)} sessions, which is the limit (SESSION_MAX_PER_USER). Log out somewhere else first.`,
        );
      }
      await login();
      const surplus = others.sort((a, b) => startOf(b) - startOf(a)).slice(Math.max(0, limit - 1));
      // The session that this login replaces may just have got a new id.
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
