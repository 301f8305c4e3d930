import { Injectable } from '@nestjs/common';
import type { SessionObject } from '../../session/session.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountsException } from '../http/accounts.exception.js';
import { exchangeOf, type Exchange } from '../http/exchange.js';
import type { Arrived } from '../login/arrival.js';
import type { BegunCeremony } from './passkey-check.js';
import { PasskeyLoginService } from './passkey-login.service.js';
import { PasskeyRegistrationService, type RegisteredPasskey } from './passkey-registration.service.js';
import { PasskeysService, type DeletedPasskey } from './passkeys.service.js';
import type { Passkey } from './passkey.js';

/** What a browser returns of a passkey. All of it is untrusted, and may be passed on as it came. @publicApi */
export interface PasskeyResponse {
  /** The `flow` of the options. */
  readonly flow?: unknown;
  /** The credential, in the form of `PublicKeyCredential.toJSON()`. */
  readonly credential?: unknown;
}

/**
 * Passkeys for pages and an API of your own: what the routes of this package do, for a session of the request that is being handled. As a
 * second factor, they are proved by `SecondFactorService`. What is rejected is an `AccountsException`; a feature that is off, a 404.
 *
 * @publicApi
 */
@Injectable()
export class PasskeyService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly login: PasskeyLoginService,
    private readonly registration: PasskeyRegistrationService,
    private readonly owned: PasskeysService,
  ) {}

  /** What a browser needs to log in by a passkey. Nobody has said who they are. @throws AccountsException 429 */
  async loginOptions(session: SessionObject): Promise<BegunCeremony> {
    return this.login.options(this.#exchange(session));
  }

  /**
   * Logs in by a passkey.
   *
   * @throws AccountsException 401 `INVALID_CREDENTIALS`, whatever the reason; 409 `ALREADY_IN`
   */
  async logIn(
    session: SessionObject,
    response: PasskeyResponse & { readonly remember?: unknown; readonly next?: unknown },
  ): Promise<Arrived> {
    const arrived = await this.login.enter(this.#exchange(session, response));
    if (arrived === null) throw new AccountsException(409, 'ALREADY_IN');
    return arrived;
  }

  /**
   * What a browser needs to make a passkey, for who is logged in or has to set up a factor.
   *
   * @throws AccountsException 401 `VERIFICATION_REQUIRED`, 401 `MAIL_CODE_NEEDED`, 409 `TOO_MANY_PASSKEYS`
   */
  async registrationOptions(session: SessionObject): Promise<BegunCeremony> {
    return this.registration.options(this.#exchange(session));
  }

  /**
   * Adds a passkey. Other sessions of the account end. A login that had to set up a factor is in.
   *
   * @throws AccountsException 400 for what no browser has returned for this session, 409 `PASSKEY_TAKEN`
   */
  async register(
    session: SessionObject,
    response: PasskeyResponse & { readonly name?: unknown },
  ): Promise<RegisteredPasskey | Arrived> {
    return this.registration.register(this.#exchange(session, response));
  }

  /** The passkeys of who is logged in. */
  async list(session: SessionObject): Promise<readonly Passkey[]> {
    return this.owned.list(this.#exchange(session));
  }

  /** @param name untrusted @throws AccountsException 401 `VERIFICATION_REQUIRED`, 404 `PASSKEY_UNKNOWN` */
  async rename(session: SessionObject, id: string, name: unknown): Promise<RegisteredPasskey> {
    return this.owned.rename(this.#exchange(session, { name }), id);
  }

  /** Other sessions of the account end. @throws AccountsException 401 `VERIFICATION_REQUIRED`, 404 `PASSKEY_UNKNOWN`, 409 `LAST_FACTOR` */
  async delete(session: SessionObject, id: string): Promise<DeletedPasskey> {
    return this.owned.delete(this.#exchange(session), id);
  }

  #exchange(session: SessionObject, values?: object): Exchange {
    this.config.assertHas('passkeys');
    return exchangeOf(session, values);
  }
}
