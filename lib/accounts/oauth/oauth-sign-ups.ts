import { Injectable, Logger } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { AccountMaker } from '../registration/account-maker.js';
import type { StoredAccount } from '../repository/account.js';
import { normalEmail, normalUsername, type NormalUsername } from '../repository/normal-form.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { newLink, OAuthIdentities } from './oauth-identities.js';
import type { OAuthProfile } from './provider-settings.js';
import { shownNameOf } from './shown-name.js';

const logger = new Logger('OAuth');

/** Makes accounts for those who sign in and have none, as the hook of the application says. */
@Injectable()
export class OAuthSignUps {
  constructor(
    private readonly config: AccountsConfig,
    private readonly maker: AccountMaker,
    private readonly identities: OAuthIdentities,
    private readonly runtime: SessionRuntime,
  ) {}

  get isOpen(): boolean {
    return this.config.options.oauth.signUp !== null;
  }

  /**
   * An address that an account has already links nothing, whatever the provider says of it.
   *
   * @throws AccountsException 403 `OAUTH_NOT_REGISTERED`, 403 `OAUTH_EMAIL_UNCONFIRMED`, 401 `OAUTH_FAILED`, 409 `OAUTH_EMAIL_TAKEN`, 409 `USERNAME_TAKEN`
   */
  async make(exchange: Exchange, profile: OAuthProfile): Promise<StoredAccount> {
    const request = exchange.context.switchToHttp().getRequest<unknown>();
    const signUp = (await this.config.options.oauth.signUp?.(profile, request)) ?? null;
    if (signUp === null) throw new AccountsException(403, 'OAUTH_NOT_REGISTERED');
    const email = normalEmail(signUp.email);
    if (email === null) throw unusable(profile, 'an address');
    const isConfirmed = signUp.emailConfirmed === true;
    // Nobody could get in; and whether the address has an account is told to nobody who may not have it.
    if (this.config.has('confirmation') && !isConfirmed) throw new AccountsException(403, 'OAUTH_EMAIL_UNCONFIRMED');
    const { address, userAgent } = exchange.client;
    const accepted = {
      ...{ email, password: null, address, userAgent },
      username: this.#usernameIn(signUp.username ?? null, profile),
      locale: signUp.locale ?? null,
      fields: signUp.data ?? {},
    };
    const confirmedAt = isConfirmed ? new Date(this.runtime.now()) : null;
    const link = newLink(profile, shownNameOf(profile));
    const result = await this.maker.make(accepted, confirmedAt, { roles: signUp.roles ?? [], credentials: [link] });
    if ('created' in result) return result.created;
    // Another tab of the same person may have been faster.
    const made = await this.identities.find(profile);
    if (made !== null) return made.account;
    if (result.taken === 'username') throw new AccountsException(409, 'USERNAME_TAKEN');
    throw new AccountsException(409, 'OAUTH_EMAIL_TAKEN');
  }

  #usernameIn(given: string | null, profile: OAuthProfile): NormalUsername | null {
    const { enabled, min, max } = this.config.options.usernames;
    if (given === null || !enabled) return null;
    const username = normalUsername(given, { min, max });
    if (username === null) throw unusable(profile, 'a username');
    return username;
  }
}

/** Most hooks hand on what the provider says, which is no error of this application. */
function unusable({ provider }: OAuthProfile, what: string): AccountsException {
  logger.warn(`oauth.signUp returned an invalid ${what} for a user of ${provider}: check it there, or return null.`);
  return new AccountsException(401, 'OAUTH_FAILED');
}
