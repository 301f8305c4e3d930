import { Injectable } from '@nestjs/common';
import { AccountFactors } from '../factors/account-factors.js';
import { FactorChanges } from '../factors/factor-changes.js';
import { WaysIn } from '../factors/ways-in.js';
import type { Answer } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { CurrentAccount } from '../login/current-account.js';
import { linkOf, OAuthIdentities, type OAuthLink } from './oauth-identities.js';
import { OAuthProviders } from './oauth-providers.js';

/** The accounts at providers of who is logged in. */
@Injectable()
export class OAuthLinks {
  constructor(
    private readonly identities: OAuthIdentities,
    private readonly providers: OAuthProviders,
    private readonly current: CurrentAccount,
    private readonly factors: AccountFactors,
    private readonly ways: WaysIn,
    private readonly changes: FactorChanges,
    private readonly paths: AccountPaths,
  ) {}

  async list(exchange: Exchange): Promise<readonly OAuthLink[]> {
    const { id } = await this.current.of(exchange);
    return (await this.identities.of(id)).map(linkOf);
  }

  /** Unlinks one. It can come back for a while, if its owner has not done this. */
  async remove(exchange: Exchange, id: string): Promise<Answer> {
    const account = await this.factors.fresh(exchange);
    const row = (await this.identities.of(account.id)).find((one) => one.id === id);
    if (row === undefined) throw new AccountsException(404, 'FACTOR_UNKNOWN');
    const { provider } = linkOf(row);
    const known = (await this.providers.all(exchange)).find(({ name }) => name === provider);
    await this.ways.assertMayLose(account, id);
    const change = { method: 'oauth', change: 'removed', name: known?.label ?? provider } as const;
    await this.changes.make(exchange, account, change, async () => {
      // Again, where no other change can come in between.
      await this.ways.assertMayLose(account, id);
      if (!(await this.identities.delete(row))) throw new AccountsException(409, 'CHANGED_MEANWHILE');
    });
    return { status: 200, body: { status: 'removed' }, goTo: this.paths.page('/oauth') };
  }
}
