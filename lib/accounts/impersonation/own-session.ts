import { Injectable } from '@nestjs/common';
import { KeyRing } from '../../cookie/key-ring.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { AuthFacts } from '../../session/auth-facts.js';
import { stateOf, type SessionObject } from '../../session/session.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { KeptImpersonation } from './impersonation.js';

const purpose = 'impersonator-session:v1';

/** The administrator's own session, which waits in the store while another one takes its place in the browser. */
@Injectable()
export class OwnSession {
  constructor(
    private readonly keys: KeyRing,
    private readonly runtime: SessionRuntime,
  ) {}

  /**
   * Leaves a session, which goes on under an id that no client has had: nobody but {@link find} finds it. What is left is an empty one.
   *
   * @param by its user
   * @returns the sealed id
   * @throws AccountsException 409 `CHANGED_MEANWHILE` if it was ended in the meantime
   */
  async leave(session: SessionObject, by: string): Promise<string> {
    const { repository } = this.runtime;
    await repository.regenerate(session);
    const { stored, end } = stateOf(session);
    if (stored === null || end === 'gone') throw new AccountsException(409, 'CHANGED_MEANWHILE');
    repository.leave(session);
    return this.keys.seal(purpose, Buffer.from(stored.id), Buffer.from(by)).toString('base64url');
  }

  /** Goes on with it, under a new id, in place of a session that has ended. False: it has ended, too. */
  async resume(session: SessionObject, kept: KeptImpersonation): Promise<boolean> {
    const id = this.#idIn(kept);
    if (id === null || !(await this.runtime.repository.join(session, id))) return false;
    await this.runtime.repository.regenerate(session);
    const { auth, end } = stateOf(session);
    return end !== 'gone' && auth?.userId === kept.by;
  }

  /** The session and its login; null: it has ended. */
  async find(kept: KeptImpersonation): Promise<{ readonly session: SessionObject; readonly auth: AuthFacts } | null> {
    const id = this.#idIn(kept);
    const session = id === null ? null : await this.runtime.repository.load({ id, issuedAt: this.runtime.now() });
    const auth = session && stateOf(session).auth;
    return session !== null && auth?.userId === kept.by ? { session, auth } : null;
  }

  /** Its user is still there: it expires no sooner than the session that has taken its place. */
  async countUse(session: SessionObject, auth: AuthFacts): Promise<void> {
    const state = stateOf(session);
    state.handTo(null, 'none', false);
    state.issue(auth.seenAt ?? auth.at);
    await this.runtime.repository.commit(session);
  }

  async end(kept: KeptImpersonation): Promise<void> {
    const found = await this.find(kept);
    if (found !== null) await this.runtime.repository.destroy(found.session);
  }

  #idIn({ sealedId, by }: KeptImpersonation): string | null {
    const opened = this.keys.open(purpose, Buffer.from(sealedId, 'base64url'), Buffer.from(by));
    return opened?.text.toString() ?? null;
  }
}
