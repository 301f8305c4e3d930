import { Inject, Injectable } from '@nestjs/common';
import { SessionUserError } from '../../errors.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { AuthFacts } from '../../session/auth-facts.js';
import { lineageOf } from '../../session/lineage.js';
import type { KeptSession } from '../../session/owned-sessions.js';
import { stateOf, type SessionObject } from '../../session/session.js';
import type { AuthFeature } from '../auth-feature.js';
import { AUTH_FEATURES } from '../tokens.js';
import type { UserId } from '../users/user.js';
import { otherTypeOf } from '../users/user-id.js';
import type { DeviceSession } from './device-session.js';
import { Devices } from './devices.js';

/** The logins of a user on all devices. */
@Injectable()
export class UserLogins {
  constructor(
    private readonly runtime: SessionRuntime,
    private readonly devices: Devices,
    @Inject(AUTH_FEATURES) private readonly features: readonly AuthFeature[],
  ) {}

  /** Ends all. @param except a session to keep, or its public id. @returns how many sessions were ended */
  async endAll(userId: UserId, except: SessionObject | string | null): Promise<number> {
    const { owned } = this.runtime.repository;
    const kept = await this.#sessionToKeep(userId, except);
    for (const feature of this.features) await feature.endingAll?.(userId, kept?.auth ?? null, kept?.lineage ?? null);
    const sessions = await owned.endAll(userId, kept);
    if (sessions === 0 && kept === null) await this.#assertType(userId);
    this.runtime.observer.revoked({ userId, publicId: null, sessions });
    return sessions;
  }

  /** @param current the requesting session, to be marked. */
  async list(userId: UserId, current: SessionObject | null): Promise<DeviceSession[]> {
    const sessions = await this.devices.list(userId, current);
    if (sessions.length === 0) await this.#assertType(userId);
    return sessions;
  }

  /** Ends one, under whatever id it continues. False: the user has no such session. */
  async end(userId: UserId, publicId: string): Promise<boolean> {
    const found = await this.devices.find(userId, publicId, true);
    if (found === null) {
      await this.#assertType(userId);
      return false;
    }
    const { lineage, auth } = found;
    for (const feature of this.features) await feature.ending?.(auth, lineage);
    const families = auth.family === undefined ? [] : [auth.family];
    const sessions = await this.runtime.repository.owned.end(userId, { lineages: [lineage], families });
    if (sessions > 0) this.runtime.observer.revoked({ userId, publicId, sessions });
    return sessions > 0;
  }

  /**
   * Nothing was found under an id. If the same id of the other type exists, as when it came from a path, "nothing" would be
   * mistaken for "nobody is logged in any more".
   *
   * @throws SessionUserError
   */
  async #assertType(userId: UserId): Promise<void> {
    const other = otherTypeOf(userId);
    if (other === null) return;
    const { owned } = this.runtime.repository;
    if ((await owned.list(userId)).length > 0) return;
    let hasLogins = (await owned.list(other)).length > 0;
    for (const feature of this.features) hasLogins ||= (await feature.has?.(other)) ?? false;
    if (!hasLogins) return;
    const [is, was] = typeof other === 'number' ? ['a number', 'a string'] : ['a string', 'a number'];
    throw new SessionUserError(
      `This id of a user is ${is} at the login, but was passed as ${was}. They are two users.`,
    );
  }

  async #sessionToKeep(
    userId: UserId,
    except: SessionObject | string | null,
  ): Promise<(KeptSession & { readonly auth: AuthFacts }) | null> {
    if (except === null) return null;
    if (typeof except === 'string') return this.devices.find(userId, except);
    const { stored, auth } = stateOf(except);
    const lineage = lineageOf(stateOf(except));
    if (stored === null || lineage === null || auth?.userId !== userId) return null;
    return { key: stored.key, lineage, auth };
  }
}
