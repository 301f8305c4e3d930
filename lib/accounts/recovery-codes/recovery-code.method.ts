import { Injectable } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import { AccountEvents } from '../events/account-events.js';
import { FactorMethodProvider, type FactorCheck, type FactorMethod } from '../factors/factor-method.js';
import type { Exchange } from '../http/exchange.js';
import type { Input } from '../http/input.js';
import { SecurityNotices } from '../not-me/security-notices.js';
import type { StoredAccount } from '../repository/account.js';
import { RecoveryCodeRows } from './recovery-code-rows.js';

/** The longest code that is looked at, in bytes. */
const longestCode = 64;

/** A recovery code, in place of a second factor. */
@FactorMethodProvider()
@Injectable()
export class RecoveryCodeMethod implements FactorMethod {
  readonly name = 'recovery-code';
  readonly role = 'backup';

  constructor(
    private readonly config: AccountsConfig,
    private readonly rows: RecoveryCodeRows,
    private readonly notices: SecurityNotices,
    private readonly events: AccountEvents,
  ) {}

  async has(account: StoredAccount): Promise<boolean> {
    return this.config.options.recoveryCodes.enabled && (await this.rows.count(account)) > 0;
  }

  read(input: Input): FactorCheck {
    const code = input.text('code', longestCode);
    return async (exchange, account, isNoticed = true) => {
      if (!(await this.rows.use(account, code))) return null;
      const { address } = exchange.client;
      const left = await this.rows.count(account);
      this.events.tell('recoveryCodeUsed', { userId: account.id, address, left });
      if (isNoticed) await this.notice(exchange, account);
      return ['mfa'];
    };
  }

  async notice(exchange: Exchange, account: StoredAccount): Promise<void> {
    const left = await this.rows.count(account);
    this.notices.send('recovery-code-used', { before: account, exchange, data: { left } });
  }
}
