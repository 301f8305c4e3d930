import { ForbiddenException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { isObservable, lastValueFrom } from 'rxjs';
import { asksWho, requirementOf } from '../auth/access/requirement.js';
import { currentSession } from '../http/current-session.js';
import { judgeHandshake } from '../http/handshake-origin.js';
import type { RawRequest } from '../http/platforms/raw.js';
import type { RequestSession } from '../http/request-session.js';
import { GUARDS_METADATA } from '../http/routes.js';
import type { SessionRuntime } from '../http/session-runtime.js';
import { stateOf } from '../session/session.js';
import type { SessionState } from '../session/session-state.js';
import type { Gateway } from './gateways.js';
import { connectionRefusalOf, RefusedConnection, type ConnectionRefusal } from './refusal.js';
import { socketContext } from './socket-context.js';

/** What a connection has to pass. */
export interface CheckKit {
  readonly runtime: SessionRuntime;
  /** Origins besides the application's own. */
  readonly trusted: ReadonlySet<string>;
  /** The guards of the whole application, as classes or objects. */
  guardsOfAll(): readonly object[];
  /** The application's instance of a guard class. */
  guardOf(type: object): CanActivate;
}

const foreign: ConnectionRefusal = {
  statusCode: 403,
  code: 'FOREIGN_ORIGIN',
  message: 'This WebSocket was opened by a page of another origin.',
};
const mistake: ConnectionRefusal = { statusCode: 500, code: 'INTERNAL_SERVER_ERROR', message: 'Internal server error' };

/**
 * Decides whether a connection is accepted: by its origin, its session, and the guards of its gateways, which Nest runs at messages
 * alone. Gateways of one place share their connections, so each of them has to admit it.
 */
export class ConnectionCheck {
  constructor(
    private readonly kit: CheckKit,
    private readonly gateways: readonly Gateway[],
  ) {}

  /** The session of an admitted handshake, or why it is refused. Never rejects. */
  async of(
    raw: RawRequest,
    client: object | null,
    isAnsweredByScript: boolean,
  ): Promise<{ readonly state: SessionState } | ConnectionRefusal> {
    try {
      const session = this.kit.runtime.ofHandshake(raw);
      const contexts = this.gateways.map(({ type }) => socketContext(client ?? raw, type));
      const guarded = contexts
        .map((context) => ({ context, guards: this.#guardsAt(context) }))
        .filter(({ guards }) => guards.length > 0);
      if (this.#isForeign(session, guarded.length > 0, isAnsweredByScript)) return this.#refuseForeign(session);
      const current = { runtime: this.kit.runtime, client: client ?? raw, session, errorFor };
      for (const { context, guards } of guarded) {
        for (const guard of guards) {
          const answer = await currentSession.run(current, () => guard.canActivate(context));
          const isAdmitted = isObservable(answer) ? await lastValueFrom(answer) : answer;
          if (!isAdmitted) throw new ForbiddenException();
        }
      }
      return { state: stateOf(await session.get()) };
    } catch (error) {
      const refusal = connectionRefusalOf(error);
      if (refusal === null) this.kit.runtime.report(error);
      return refusal ?? mistake;
    }
  }

  /**
   * A page without the user's cookies acts for nobody, and may use a gateway that is open to all. Older browsers do not say which page
   * loads a script, so a login is never answered by one.
   */
  #isForeign({ client }: RequestSession, isGuarded: boolean, isAnsweredByScript: boolean): boolean {
    const { runtime } = this.kit;
    if (!isGuarded && !runtime.isIn(client) && !runtime.hasRequestLoaders) return false;
    if (isAnsweredByScript) return true;
    const verdict = judgeHandshake(client, this.kit.trusted);
    return verdict === 'foreign' || verdict === 'hidden';
  }

  #refuseForeign({ client: { address } }: RequestSession): ConnectionRefusal {
    this.kit.runtime.observer.refused({ publicId: null, userId: null, reason: 'csrf', address });
    return foreign;
  }

  /** Those that require a login, unless the gateway says that it is open. */
  #guardsAt(context: ExecutionContext): CanActivate[] {
    const type = context.getClass();
    const ofClass = (Reflect.getMetadata(GUARDS_METADATA, type) ?? []) as readonly object[];
    const guards = [...this.kit.guardsOfAll(), ...ofClass].filter(asksWho);
    if (guards.length === 0 || requirementOf(context).isPublic) return [];
    return guards.map((guard) => (typeof guard === 'function' ? this.kit.guardOf(guard) : (guard as CanActivate)));
  }
}

function errorFor(refusal: { readonly code: string; readonly message: string }): Error {
  return new RefusedConnection(refusal);
}
