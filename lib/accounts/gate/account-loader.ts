import { Injectable, type ExecutionContext } from '@nestjs/common';
import { UserLoader } from '../../auth/users/loader.decorators.js';
import type { UserId } from '../../auth/users/user.js';
import { requestSessionOf } from '../../http/session-of.js';
import { actorOf } from '../../session/auth-facts.js';
import { stateOf } from '../../session/session.js';
import { ImpersonationCheck } from '../impersonation/impersonation-check.js';
import { accountOf, type Account } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { AccountCache } from './account-cache.js';
import { AccountGate } from './account-gate.js';
import { isFinal } from './entry.js';
import { epochOf, wayOf } from './gate.feature.js';

/** Finds the account of a session, whose login it compares with the account's epoch. */
@UserLoader()
@Injectable()
export class AccountLoader {
  constructor(
    private readonly repository: AccountRepository,
    private readonly gate: AccountGate,
    private readonly cache: AccountCache,
    private readonly impersonation: ImpersonationCheck,
  ) {}

  /** Null: the account does not let this login in any longer, so it ends. */
  async load(id: UserId, context: ExecutionContext): Promise<Account | null> {
    if (typeof id !== 'string') return null;
    const request = requestSessionOf(context);
    const session = await request.get();
    const state = stateOf(session);
    // Without a login, remember-me asks, which is about to make one; its epoch is compared then.
    const auth = state.auth?.userId === id ? state.auth : null;
    const kept = auth === null ? null : this.cache.read(session, id, epochOf(auth));
    const account = kept ?? (await this.repository.find(id));
    if (account === null) return null;
    if (auth !== null && actorOf(auth) !== null && (await this.impersonation.isProtected(account))) return null;
    const reason = await this.gate.mayEnter(account, {
      way: auth === null ? 'remembered' : wayOf(auth),
      factors: Object.keys(auth?.factors ?? {}),
      epoch: auth === null ? undefined : epochOf(auth),
    });
    if (reason !== null && (auth?.forced !== true || isFinal(reason))) return null;
    if (kept === null && auth !== null && !request.handle.isReadonlyRequest) this.cache.keep(session, account);
    return accountOf(account);
  }
}
