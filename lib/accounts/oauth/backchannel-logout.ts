import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AuthService } from '../../auth/auth.service.js';
import { Entrance } from '../gate/entrance.js';
import type { Answer } from '../http/account-answers.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { changedAccount, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { LogoutTokens, type LogoutClaims } from './logout-tokens.js';
import { OAuthIdentities } from './oauth-identities.js';
import { atProvider } from './oauth-failure.js';
import { OAuthProviders, type OAuthProvider } from './oauth-providers.js';
import { OAuthSessions } from './oauth-sessions.js';

/** The longest logout token that is looked at, in bytes. */
const longestToken = 16_384;

/** Ends sessions here when a provider has ended its own. */
@Injectable()
export class BackchannelLogout {
  constructor(
    private readonly providers: OAuthProviders,
    private readonly tokens: LogoutTokens,
    private readonly identities: OAuthIdentities,
    private readonly sessions: OAuthSessions,
    private readonly repository: AccountRepository,
    private readonly auth: AuthService,
    private readonly entrance: Entrance,
    private readonly runtime: SessionRuntime,
  ) {}

  /** @throws AccountsException 400 `OAUTH_LOGOUT_INVALID` */
  async receive(exchange: Exchange, name: string): Promise<Answer> {
    const provider = await this.providers.find(name, exchange);
    const input = new Input(exchange.body);
    const token = input.text('logout_token', longestToken);
    input.check();
    const claims = await this.#claimsIn(provider, token);
    if (claims === null) throw new AccountsException(400, 'OAUTH_LOGOUT_INVALID');
    const account = await this.#accountOf(provider, claims);
    if (account !== null) await this.#end(provider, account, claims.sid);
    return { status: 200, body: {} };
  }

  async #claimsIn(provider: OAuthProvider, token: string): Promise<LogoutClaims | null> {
    try {
      return await atProvider(provider, () => this.tokens.check(provider, token));
    } catch (error) {
      if (error instanceof AccountsException && error.code === 'OAUTH_FAILED') return null;
      throw error;
    }
  }

  async #accountOf(provider: OAuthProvider, { issuer, subject, sid }: LogoutClaims): Promise<StoredAccount | null> {
    if (subject !== null) {
      const found = await this.identities.find({ provider: provider.name, issuer, subject });
      if (found !== null) return found.account;
    }
    // The link may be gone, while a session goes on; and some providers name the session alone.
    const id = sid === null ? null : await this.sessions.accountOf(provider.name, sid);
    return id === null ? null : this.repository.find(id);
  }

  /** @param sid of the provider's session; null: all of the account's sessions that were begun there */
  async #end(provider: OAuthProvider, account: StoredAccount, sid: string | null): Promise<void> {
    const { owned } = this.runtime.repository;
    if (!owned.isOffered) {
      // Nobody knows which sessions there are: all of them end, by a new epoch.
      await this.#raise(account);
      await this.entrance.endAll(account.id, null);
      return;
    }
    for (const { auth, lineage } of await owned.list(account.id)) {
      if (this.sessions.isOf(auth, provider.name, sid)) await this.auth.revoke(account.id, lineage);
    }
  }

  async #raise(account: StoredAccount): Promise<void> {
    for (let known: StoredAccount | null = account; known !== null;) {
      const result = await this.repository.update(changedAccount(known, { epoch: known.epoch + 1 }), known.version);
      known = 'conflict' in result ? result.conflict : null;
    }
  }
}
