import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AccessService } from '../../auth/access/access.service.js';
import { settingName } from '../../config/setting-name.js';
import { SessionConfigError } from '../../errors.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { AuthFacts } from '../../session/auth-facts.js';
import type { SessionObject } from '../../session/session.js';
import { AccountsConfig } from '../accounts-config.js';
import { Administrators } from '../admin/administrators.js';
import { AccountGate } from '../gate/account-gate.js';
import { isFinal } from '../gate/entry.js';
import { epochOf } from '../gate/gate.feature.js';
import { accountOf, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { keptIn, type Impersonation, type KeptImpersonation } from './impersonation.js';
import { impersonationOptions } from './impersonation.options.js';
import { OwnSession } from './own-session.js';

/** Why an impersonation has ended by itself. */
export type ImpersonationEnd =
  /** Its time is over. */
  | 'expired'
  /** The administrator's own session has ended, or their account lets nobody in. */
  | 'session'
  /** The administrator does not have the role any more, or the feature was turned off. */
  | 'role';

/** How it stands with the impersonation of a session. */
export type Standing =
  | { readonly running: Impersonation; readonly own: SessionObject; readonly ownAuth: AuthFacts }
  /** `canReturn`: the administrator's own session goes on. */
  | { readonly ended: ImpersonationEnd; readonly canReturn: boolean };

/** Whether an administrator may be, and stay, in the place of an account. */
@Injectable()
export class ImpersonationCheck implements OnModuleInit {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
    private readonly gate: AccountGate,
    private readonly access: AccessService,
    private readonly administrators: Administrators,
    private readonly own: OwnSession,
    private readonly runtime: SessionRuntime,
  ) {}

  /** @throws SessionConfigError where sessions are in cookies alone: then nothing can wait, and nothing be looked up */
  onModuleInit(): void {
    if (!this.config.has('impersonation') || !this.runtime.repository.isByValue) return;
    const problem = 'needs sessions in a store, to keep that of the administrator: choose another SESSION_TYPE';
    throw new SessionConfigError([
      { setting: settingName(impersonationOptions.enabled.env, 'impersonation'), problem },
    ]);
  }

  /** Null: the login is that of its account's owner. */
  async standingOf(auth: AuthFacts): Promise<Standing | null> {
    const kept = keptIn(auth);
    return kept && this.#standingOf(kept);
  }

  /** Whether an account has the role that this takes. */
  isAdministrator(account: StoredAccount): Promise<boolean> {
    return this.access.hasRole(accountOf(account), this.config.options.impersonation.role);
  }

  /** Whether an account is one that nobody may take the place of. */
  async isProtected(account: StoredAccount): Promise<boolean> {
    if (this.config.options.impersonation.administrators) return false;
    return (await this.isAdministrator(account)) || this.administrators.isOne(account);
  }

  async #standingOf(kept: KeptImpersonation): Promise<Standing> {
    const found = await this.own.find(kept);
    const account = found && (await this.repository.find(kept.by));
    if (found === null || account === null) return { ended: 'session', canReturn: false };
    const { session, auth } = found;
    const how = { way: 'session', factors: Object.keys(auth.factors ?? {}), epoch: epochOf(auth) } as const;
    const reason = await this.gate.mayEnter(account, how);
    if (reason !== null && (auth.forced !== true || isFinal(reason))) return { ended: 'session', canReturn: false };
    if (!this.config.has('impersonation') || !(await this.isAdministrator(account))) {
      return { ended: 'role', canReturn: true };
    }
    if (this.runtime.now() >= kept.until) return { ended: 'expired', canReturn: true };
    const running = { impersonator: accountOf(account), until: new Date(kept.until) };
    return { running, own: session, ownAuth: auth };
  }
}
