import type { ExecutionContext } from '@nestjs/common';
import type { RequestSession, SessionWatcher } from '../http/request-session.js';
import type { AdoptionGate } from '../http/session-migration.js';
import type { AuthFacts, Device } from '../session/auth-facts.js';
import type { SessionState } from '../session/session-state.js';
import type { SessionObject } from '../session/session.js';
import type { Adoptions } from './adoptions.js';
import type { ArrivalAnswer, AuthFeature } from './auth-feature.js';
import type { Users } from './users/users.js';

/** Passes every session with a login to the features before other code gets it. */
export class AuthWatcher implements SessionWatcher {
  /** Requests that count as having no user, whatever other credentials they have. */
  readonly #turnedAway = new WeakSet<RequestSession>();

  constructor(
    private readonly features: readonly AuthFeature[],
    private readonly adoptions: Adoptions,
    private readonly users: Pick<Users, 'hasLoader' | 'find' | 'isAdmitted'>,
  ) {}

  arrived(request: RequestSession, session: SessionObject, state: SessionState): Promise<void> | undefined {
    return this.#ask(0, request, null, session, state);
  }

  arrivedWithoutRequest(sender: Device | null, session: SessionObject, state: SessionState): Promise<void> | undefined {
    return this.#ask(0, null, sender, session, state);
  }

  async isOver(auth: AuthFacts): Promise<boolean> {
    for (const feature of this.features) if (await feature.isOver?.(auth)) return true;
    return false;
  }

  async isAdmitted({ userId, forced }: AuthFacts, context: ExecutionContext): Promise<boolean> {
    if (!this.users.hasLoader) return true;
    const user = await this.users.find(userId, context);
    return user !== null && (await this.users.isAdmitted(user, forced));
  }

  gateOf(request: RequestSession): AdoptionGate {
    return (session, adopt, isMade) => this.adoptions.admit(request, session, adopt, isMade);
  }

  wasTurnedAway(request: RequestSession): boolean {
    return this.#turnedAway.has(request);
  }

  /** One after the other, synchronously as long as none of them needs to wait. */
  #ask(
    from: number,
    request: RequestSession | null,
    sender: Device | null,
    session: SessionObject,
    state: SessionState,
  ): Promise<void> | undefined {
    for (let index = from; index < this.features.length; index++) {
      const { auth } = state;
      if (auth === null) return undefined;
      const answer = this.features[index]?.arrived?.({ request, sender, session, auth });
      if (answer instanceof Promise) {
        return answer.then((result) =>
          this.#isOver(result, request) ? undefined : this.#ask(index + 1, request, sender, session, state),
        );
      }
      if (this.#isOver(answer, request)) return undefined;
    }
    return undefined;
  }

  #isOver(answer: ArrivalAnswer, request: RequestSession | null): boolean {
    if (answer === 'turned away' && request !== null) this.#turnedAway.add(request);
    return answer !== undefined;
  }
}
