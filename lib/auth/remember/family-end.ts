import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { OwnedSession } from '../../session/owned-sessions.js';
import type { UserId } from '../users/user.js';
import { RememberFamilies } from './remember-families.js';

/**
 * Ends remembered logins: the family first, so that it starts no further session, then the sessions that it has started. A
 * concurrent restore checks the family again once its session exists, and ends it.
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
   * @param isLeft which of them the caller ends itself; omit it if there are none.
   */
  async end(family: string, isLeft?: (session: OwnedSession) => boolean): Promise<void> {
    const row = await this.families.end(family);
    if (row === null) return;
    // A token that has never been used has started no session besides that of the login.
    if (row.previous === null && isLeft !== undefined) return;
    await this.#endSessions(family, row.userId, isLeft);
  }

  /** A copy of a token was used: the client with the other one has a session, too. */
  async raiseAlarm(family: string, address: string): Promise<void> {
    const row = await this.families.end(family);
    // Of several that notice it at once, one reports it.
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
    // Such a store cannot find them: those in use since they were started continue until they time out.
    if (owned.isOffered) await owned.end(userId, { families: [family] }, isLeft, heard);
  }
}
