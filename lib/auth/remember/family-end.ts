import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { OwnedSession } from '../../session/owned-sessions.js';
import type { UserId } from '../users/user.js';
import { RememberFamilies } from './remember-families.js';

/**
 * How a remembered login ends: the family first, so that it begins no further session, then what it has begun. A restore
 * that comes between the two looks at the family once more after its session is there, and takes it back.
 */
@Injectable()
export class FamilyEnd {
  constructor(
    private readonly families: RememberFamilies,
    private readonly runtime: SessionRuntime,
  ) {}

  /**
   * Ends a family and its sessions.
   *
   * @param isLeft those of them which its caller ends; left out: there are none.
   */
  async end(family: string, isLeft?: (session: OwnedSession) => boolean): Promise<void> {
    const row = await this.families.end(family);
    if (row === null) return;
    // A token that has had no turn yet has begun no session besides that of the login.
    if (row.previous === null && isLeft !== undefined) return;
    await this.#endSessions(family, row.userId, isLeft);
  }

  /** Somebody has shown a copy of a token: whoever has the other one has a session, too. */
  async raiseAlarm(family: string, address: string): Promise<void> {
    const row = await this.families.end(family);
    // Of several that notice it at once, one tells of it.
    if (row === null) return;
    const { userId } = row;
    let sessions = 0;
    try {
      await this.#endSessions(family, userId, undefined, () => sessions++);
    } finally {
      this.runtime.observer.rememberStolen({ userId, address, sessions });
    }
  }

  async #endSessions(
    family: string,
    userId: UserId,
    isLeft?: (session: OwnedSession) => boolean,
    heard?: () => void,
  ): Promise<void> {
    const { owned } = this.runtime.repository;
    // Such a store cannot find them: those that have been in use since they were begun go on until they time out.
    if (owned.isOffered) await owned.end(userId, { families: [family] }, isLeft, heard);
  }
}
