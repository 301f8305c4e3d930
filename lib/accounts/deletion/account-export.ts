import { Injectable } from '@nestjs/common';
import { AccountEvents } from '../events/account-events.js';
import { AccountAnswers, type Answer } from '../http/account-answers.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { AccountsConfig } from '../accounts-config.js';
import { AuditService, type AuditedEvent } from '../audit/audit.service.js';
import { CurrentAccount } from '../login/current-account.js';
import { FreshLogin } from '../login/fresh-login.js';
import { accountOf } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { AccountSessions } from '../sessions/account-sessions.js';
import type { ListedSession } from '../sessions/listed-session.js';

/** How many rows of the audit log are read at a time. */
const auditPage = 1_000;

/** What the owner of an account is told of it. */
@Injectable()
export class AccountExport {
  constructor(
    private readonly config: AccountsConfig,
    private readonly current: CurrentAccount,
    private readonly fresh: FreshLogin,
    private readonly repository: AccountRepository,
    private readonly sessions: AccountSessions,
    private readonly events: AccountEvents,
    private readonly answers: AccountAnswers,
    private readonly audit: AuditService,
  ) {}

  /** The account, for a page about it. */
  async overview(exchange: Exchange): Promise<object> {
    const account = accountOf(await this.current.of(exchange));
    const { createdAt, passwordChangedAt, loginCount, lastLogin, currentLogin } = account;
    return {
      user: this.answers.payloadOf(account),
      ...{ createdAt, passwordChangedAt, loginCount, lastLogin, currentLogin },
      deletable: this.config.has('deletion'),
    };
  }

  /** Everything that is kept of the account, without what proves who somebody is. */
  async export(exchange: Exchange): Promise<Answer> {
    const account = await this.current.of(exchange);
    const refusal = await this.fresh.refusal(exchange, account, '/account/export');
    if (refusal !== null) return refusal;
    const credentials = (await this.repository.credentials(account.id)).map(
      ({ kind, name, createdAt, lastUsedAt, expiresAt }) => ({ kind, name, createdAt, lastUsedAt, expiresAt }),
    );
    const sessions = await this.#sessionsOf(exchange, account.id);
    this.events.tell('accountExported', { userId: account.id, address: exchange.client.address });
    const audit = await this.#auditOf(account.id);
    return { status: 200, body: { account: accountOf(account), credentials, sessions, audit }, file: 'account.json' };
  }

  /** Null: there is no audit log. */
  async #auditOf(accountId: string): Promise<readonly AuditedEvent[] | null> {
    if (this.config.options.audit.log === null) return null;
    const events: AuditedEvent[] = [];
    for (;;) {
      const after = events.at(-1)?.sequence;
      const page = await this.audit.list({ account: accountId, after, limit: auditPage });
      events.push(...page);
      if (page.length < auditPage) return events.filter((event) => event.accountId === accountId);
    }
  }

  /** Null: the session store cannot list them. */
  async #sessionsOf(exchange: Exchange, accountId: string): Promise<readonly ListedSession[] | null> {
    try {
      return await this.sessions.of(accountId, await exchange.session());
    } catch (error) {
      if (error instanceof AccountsException && error.code === 'SESSIONS_NOT_LISTED') return null;
      throw error;
    }
  }
}
