import { ConflictException, Injectable } from '@nestjs/common';
import type { Arrival, ArrivalAnswer, AuthFeature } from '../../auth/auth-feature.js';
import { LoginFeature } from '../../auth/features.js';
import type { RequestSession } from '../../http/request-session.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { actorOf, type AuthFacts } from '../../session/auth-facts.js';
import type { UserId } from '../../auth/users/user.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountEvents } from '../events/account-events.js';
import { ImpersonationCheck, type ImpersonationEnd } from './impersonation-check.js';
import { keptIn, noteImpersonation } from './impersonation.js';
import { OwnSession } from './own-session.js';

/** Checks with every request of an impersonated session that its administrator may still be there. */
@LoginFeature()
@Injectable()
export class ImpersonationFeature implements AuthFeature {
  constructor(
    private readonly config: AccountsConfig,
    private readonly check: ImpersonationCheck,
    private readonly own: OwnSession,
    private readonly events: AccountEvents,
    private readonly runtime: SessionRuntime,
  ) {}

  arrived(arrival: Arrival): Promise<ArrivalAnswer> | undefined {
    return actorOf(arrival.auth) === null ? undefined : this.#arrived(arrival);
  }

  async isOver(auth: AuthFacts): Promise<boolean> {
    const standing = await this.check.standingOf(auth);
    return standing !== null && 'ended' in standing;
  }

  /** A logout, or a login of somebody else: the administrator leaves as well. */
  async leaving(request: RequestSession | null, auth: AuthFacts | null): Promise<void> {
    const kept = keptIn(auth);
    if (auth === null || kept === null) return;
    await this.own.end(kept);
    this.#tell(auth, kept.by, 'logout', request);
  }

  /** The owner of the account has ended it, in the list of sessions. */
  async ending(auth: AuthFacts): Promise<void> {
    const kept = keptIn(auth);
    if (kept === null) return;
    await this.own.end(kept);
    this.#tell(auth, kept.by, 'revoked', null);
  }

  /** Where the store does not tell whose sessions it has, administrators notice with their next request. */
  async endingAll(userId: UserId): Promise<void> {
    const { owned } = this.runtime.repository;
    if (!this.config.has('impersonation') || !owned.isOffered) return;
    for (const { auth } of await owned.list(userId)) await this.ending(auth);
  }

  async #arrived({ request, session, auth }: Arrival): Promise<ArrivalAnswer> {
    const standing = await this.check.standingOf(auth);
    if (standing === null) return undefined;
    if ('running' in standing) {
      noteImpersonation(session, standing.running);
      if (request !== null) await this.own.countUse(standing.own, standing.ownAuth);
      return undefined;
    }
    const kept = keptIn(auth);
    if (kept === null) return undefined;
    const { ended, canReturn } = standing;
    const returns = canReturn && request !== null;
    // What was meant for the account must not be done to the administrator's own.
    if (returns && !isPlainRead(request)) throw over();
    await this.runtime.repository.destroy(session);
    this.#tell(auth, kept.by, ended, request);
    if (returns && (await this.own.resume(session, kept))) return undefined;
    if (!returns) await this.own.end(kept);
    return 'turned away';
  }

  #tell(
    { userId }: AuthFacts,
    by: string,
    reason: ImpersonationEnd | 'logout' | 'revoked',
    request: RequestSession | null,
  ): void {
    const address = request?.client.address ?? '';
    this.events.tell('impersonationEnded', { userId: String(userId), by, address, reason });
  }
}

/** A request that changes nothing, and can be answered with a new cookie. */
function isPlainRead({ carrier, handle, isOverSocket }: RequestSession): boolean {
  const method: unknown = Reflect.get(carrier, 'method');
  return (method === 'GET' || method === 'HEAD') && handle.delivery === 'open' && !isOverSocket;
}

function over(): ConflictException {
  return new ConflictException({
    statusCode: 409,
    message: 'This impersonation has ended. Load a page to continue with your own account.',
    error: 'Conflict',
    code: 'IMPERSONATION_ENDED',
  });
}
