import { Injectable } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import { AccountFactors } from '../factors/account-factors.js';
import { FactorChanges } from '../factors/factor-changes.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { RecoveryCodeRows } from './recovery-code-rows.js';

/** Makes recovery codes. */
@Injectable()
export class RecoveryCodesService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly factors: AccountFactors,
    private readonly changes: FactorChanges,
    private readonly rows: RecoveryCodeRows,
  ) {}

  /** New ones, in place of all that there were. They are shown this once. */
  async make(exchange: Exchange): Promise<readonly string[]> {
    const account = await this.factors.fresh(exchange);
    const change = { method: 'recovery-code', change: 'replaced' } as const;
    return this.changes.make(exchange, account, change, async (opened) => {
      const made = await this.rows.replace(opened, this.config.options.recoveryCodes.count);
      if (made === null) throw new AccountsException(409, 'CHANGED_MEANWHILE');
      return made;
    });
  }
}
