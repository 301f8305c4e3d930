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

/** The response of a browser with a passkey. It is untrusted: pass it on as the client sent it. @publicApi */
export interface PasskeyResponse {
  /** The `flow` of the options. */
  readonly flow?: unknown;
  /** The credential, in the form of `PublicKeyCredential.toJSON()`. */
  readonly credential?: unknown;
}

/**
 * Passkeys for your own pages and API: does what the routes of this package do, for the session of the current request. To prove a passkey
 * as a second factor, use `SecondFactorService`. Rejections are an `AccountsException`; a feature that is off is a 404.
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

  /** What a browser needs to log in with a passkey, without a username. @throws AccountsException 429 */
  async loginOptions(session: SessionObject): Promise<BegunCeremony> {
    return this.login.options(this.#exchange(session));
  }

  /**
   * Logs in with a passkey.
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
   * What a browser needs to create a passkey, for a user who is logged in or has to set up a factor.
   *
   * @throws AccountsException 401 `VERIFICATION_REQUIRED`, 401 `MAIL_CODE_NEEDED`, 409 `TOO_MANY_PASSKEYS`
   */
  async registrationOptions(session: SessionObject): Promise<BegunCeremony> {
    return this.registration.options(this.#exchange(session));
  }

  /**
   * Adds a passkey. Other sessions of the account end. If the login was pending until a factor is set up, the user is then logged in.
   *
   * @throws AccountsException 400 for a response that does not belong to this session, 409 `PASSKEY_TAKEN`
   */
  async register(
    session: SessionObject,
    response: PasskeyResponse & { readonly name?: unknown },
  ): Promise<RegisteredPasskey | Arrived> {
    return this.registration.register(this.#exchange(session, response));
  }

  /** The passkeys of the user. */
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
