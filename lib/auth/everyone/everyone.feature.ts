import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { AuthFacts } from '../../session/auth-facts.js';
import type { Arrival, AuthFeature } from '../auth-feature.js';
import { NotBefore } from './not-before.js';

/** Ends every login that was made before everybody was logged out. */
@Injectable()
export class EveryoneFeature implements AuthFeature {
  constructor(
    private readonly notBefore: NotBefore,
    private readonly runtime: SessionRuntime,
  ) {}

  arrived({ session, auth }: Arrival): Promise<'ended' | undefined> | undefined {
    const excluded = this.isOver(auth);
    if (excluded === false) return undefined;
    return this.#end(session, excluded);
  }

  isOver(auth: AuthFacts): boolean | Promise<boolean> {
    // The login itself counts, not what has continued it since: a confirmation, or remember-me.
    return this.notBefore.excludes(auth.since ?? auth.at, auth.epoch);
  }

  async #end(session: Arrival['session'], excluded: true | Promise<boolean>): Promise<'ended' | undefined> {
    if (!(await excluded)) return undefined;
    await this.runtime.repository.destroy(session);
    return 'ended';
  }
}
