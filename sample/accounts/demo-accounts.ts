import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AccountsService } from 'nestjs-session-auth/accounts';

/** An account for everyone: the login page shows its password. */
export interface DemoAccount {
  /** The id that it had in the shop before it moved here, so that logins of that shop go on. */
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly password: string;
}

export const demoAccounts: readonly DemoAccount[] = [
  { id: 'demo', email: 'demo@shop.example', name: 'Demo account', roles: [], password: 'quiet-evening' },
  { id: 'guest', email: 'guest@shop.example', name: 'Guest account', roles: [], password: 'second-cup' },
  { id: 'keeper', email: 'keeper@shop.example', name: 'Shopkeeper', roles: ['admin'], password: 'early-riser' },
];

/** Creates the accounts that are missing when the shop starts. */
@Injectable()
export class DemoAccounts implements OnApplicationBootstrap {
  constructor(private readonly accounts: AccountsService) {}

  async onApplicationBootstrap(): Promise<void> {
    for (const { name, ...account } of demoAccounts) {
      if ((await this.accounts.find(account.id)) === null) await this.accounts.create({ ...account, data: { name } });
    }
  }
}
