import type { RequestSession, SessionWatcher } from '../http/request-session.js';
import type { AdoptionGate } from '../http/session-migration.js';
import type { AuthFacts } from '../session/auth-facts.js';
import { stateOf, type SessionObject } from '../session/session.js';
import type { Adoptions } from './adoptions.js';
import type { ArrivalAnswer, AuthFeature } from './auth-feature.js';

/** Passes every session with a login to the features before other code gets it. */
export class AuthWatcher implements SessionWatcher {
  /** Requests that count as having no user, whatever other credentials they have. */
  readonly #turnedAway = new WeakSet<RequestSession>();

  constructor(
    private readonly features: readonly AuthFeature[],
    private readonly adoptions: Adoptions,
  ) {}

  arrived(request: RequestSession, session: SessionObject): Promise<void> | undefined {
    return this.#ask(0, request, session);
  }

  async isOver(auth: AuthFacts): Promise<boolean> {
    for (const feature of this.features) if (await feature.isOver?.(auth)) return true;
    return false;
  }

  gateOf(request: RequestSession): AdoptionGate {
    return (session, adopt, isMade) => this.adoptions.admit(request, session, adopt, isMade);
  }

  wasTurnedAway(request: RequestSession): boolean {
    return this.#turnedAway.has(request);
  }

  /** One after the other, synchronously as long as none of them needs to wait. */
  #ask(from: number, request: RequestSession, session: SessionObject): Promise<void> | undefined {
    for (let index = from; index < this.features.length; index++) {
      const { auth } = stateOf(session);
      if (auth === null) return undefined;
      const answer = this.features[index]?.arrived?.({ request, session, auth });
      if (answer instanceof Promise) {
        return answer.then((result) =>
          this.#isOver(result, request) ? undefined : this.#ask(index + 1, request, session),
        );
      }
      if (this.#isOver(answer, request)) return undefined;
    }
    return undefined;
  }

  #isOver(answer: ArrivalAnswer, request: RequestSession): boolean {
    if (answer === 'turned away') this.#turnedAway.add(request);
    return answer !== undefined;
  }
}
