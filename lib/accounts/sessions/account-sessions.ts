import { Injectable } from '@nestjs/common';
import { AuthService } from '../../auth/auth.service.js';
import { SessionAbilityMissingError } from '../../errors.js';
import type { SessionObject } from '../../session/session.js';
import { TokenFamilies } from '../bearer/token-families.js';
import { Entrance } from '../gate/entrance.js';
import type { Answer } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { CurrentAccount } from '../login/current-account.js';
import { FreshLogin } from '../login/fresh-login.js';
import { changedAccount, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { TrustedDevices } from '../trusted-devices/trusted-devices.js';
import { listedSession, tokensInUse, trustedDevice, type ListedSession } from './listed-session.js';

/** The devices on which an account is used. */
@Injectable()
export class AccountSessions {
  constructor(
    private readonly current: CurrentAccount,
    private readonly auth: AuthService,
    private readonly repository: AccountRepository,
    private readonly entrance: Entrance,
    private readonly fresh: FreshLogin,
    private readonly trusted: TrustedDevices,
    private readonly tokens: TokenFamilies,
    private readonly paths: AccountPaths,
  ) {}

  /** @throws AccountsException 501 `SESSIONS_NOT_LISTED` if the session store cannot tell whose sessions it has */
  async list(exchange: Exchange): Promise<readonly ListedSession[]> {
    const { id } = await this.current.of(exchange);
    return this.of(id, await exchange.session());
  }

  /** Those of an account. @throws AccountsException as {@link list} */
  async of(accountId: string, session: SessionObject | null): Promise<readonly ListedSession[]> {
    const sessions = await whereListed(() => this.auth.sessions(accountId, session));
    const tokens = (await this.tokens.listed(accountId)).map((one) => tokensInUse(one, this.tokens.untilOf(one)));
    return [...sessions.map(listedSession), ...tokens, ...(await this.trusted.of(accountId)).map(trustedDevice)];
  }

  /** Ends one. @throws AccountsException 404 `SESSION_UNKNOWN` for one that does not exist, or is somebody else's */
  async end(exchange: Exchange, publicId: string): Promise<Answer> {
    const { id } = await this.current.of(exchange);
    const body = { status: 'ended' };
    if (await this.#isCurrent(exchange, id, publicId)) {
      await this.auth.logout(await exchange.session());
      return { status: 200, body, goTo: this.paths.page('/login') };
    }
    const isEnded =
      (await this.trusted.end(id, publicId, 'revoked', exchange.client.address)) ||
      (await this.tokens.end(id, publicId, 'revoked', exchange.client.address)) ||
      (await whereListed(() => this.auth.revoke(id, publicId)));
    if (!isEnded) throw new AccountsException(404, 'SESSION_UNKNOWN');
    return { status: 200, body, goTo: this.paths.page('/sessions') };
  }

  /**
   * Ends all but the requesting one, remembered logins and trusted devices among them, by a new epoch: on stores that know no owners, too.
   */
  async endOthers(exchange: Exchange): Promise<Answer> {
    const account = await this.current.of(exchange);
    const refusal = await this.fresh.refusal(exchange, account, '/sessions');
    if (refusal !== null) return refusal;
    const raised = await this.#raise(account);
    await this.entrance.goOn(await exchange.session(), raised, []);
    return { status: 200, body: { status: 'ended' }, goTo: this.paths.page('/sessions') };
  }

  async #isCurrent(exchange: Exchange, accountId: string, publicId: string): Promise<boolean> {
    const session = await exchange.session();
    const sessions = await whereListed(() => this.auth.sessions(accountId, session));
    return sessions.some((one) => one.current && one.publicId === publicId);
  }

  /** @throws AccountsException 409 `CHANGED_MEANWHILE` if something else has ended the account's sessions */
  async #raise(account: StoredAccount): Promise<StoredAccount> {
    let known = account;
    for (;;) {
      const result = await this.repository.update(changedAccount(known, { epoch: known.epoch + 1 }), known.version);
      if ('updated' in result) return result.updated;
      if (!('conflict' in result) || result.conflict.epoch !== account.epoch) {
        throw new AccountsException(409, 'CHANGED_MEANWHILE');
      }
      known = result.conflict;
    }
  }
}

async function whereListed<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SessionAbilityMissingError) throw new AccountsException(501, 'SESSIONS_NOT_LISTED');
    throw error;
  }
}
