import { Injectable } from '@nestjs/common';
import { FactorNeeds } from '../factors/factor-needs.js';
import { WaysIn } from '../factors/ways-in.js';
import type { StoredAccount } from '../repository/account.js';
import type { StoredPasskey } from './passkey.js';

/** Which passkeys of an account may go. */
@Injectable()
export class PasskeyPermission {
  constructor(
    private readonly needs: FactorNeeds,
    private readonly ways: WaysIn,
  ) {}

  /** @throws AccountsException 409 `LAST_FACTOR` for the last way in, and for the last second factor where one is required */
  async assertMayLose(account: StoredAccount, { row }: StoredPasskey): Promise<void> {
    await this.needs.assertMayLose(account, row.id);
    await this.ways.assertMayLose(account, row.id);
  }
}
