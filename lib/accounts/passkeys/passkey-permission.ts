import { Injectable } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import { FactorNeeds } from '../factors/factor-needs.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { StoredAccount } from '../repository/account.js';
import { PasskeyRows } from './passkey-rows.js';
import type { StoredPasskey } from './passkey.js';

/** Which passkeys of an account may go. */
@Injectable()
export class PasskeyPermission {
  constructor(
    private readonly config: AccountsConfig,
    private readonly needs: FactorNeeds,
    private readonly rows: PasskeyRows,
  ) {}

  /** @throws AccountsException 409 `LAST_FACTOR` for the last way in, and for the last second factor where one is required */
  async assertMayLose(account: StoredAccount, { row }: StoredPasskey): Promise<void> {
    await this.needs.assertMayLose(account, row.id);
    if (account.password !== null || this.#hasMailLogin(account)) return;
    const others = (await this.rows.of(account.id)).filter((one) => one.row.id !== row.id);
    // One that no browser finds by itself does not log in. Not every browser says that it does.
    const canLogIn = others.some(({ isDiscoverable }) => isDiscoverable !== false);
    if (canLogIn && this.config.options.passkeys.firstFactor) return;
    throw new AccountsException(409, 'LAST_FACTOR');
  }

  #hasMailLogin({ emailConfirmedAt }: StoredAccount): boolean {
    return this.config.has('mailLogin') && emailConfirmedAt !== null;
  }
}
