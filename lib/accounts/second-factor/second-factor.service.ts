import { Injectable } from '@nestjs/common';
import type { SessionObject } from '../../session/session.js';
import { AccountsConfig } from '../accounts-config.js';
import { PhonesService } from '../codes/phones.service.js';
import type { EnabledFactor } from '../factors/factor-changes.js';
import { OwnedFactors, type ListedFactor } from '../factors/owned-factors.js';
import { exchangeOf } from '../http/exchange.js';
import { Arrival, invalidCredentials, type Arrived, type SecondFactorOwed } from '../login/arrival.js';
import { RecoveryCodesService } from '../recovery-codes/recovery-codes.service.js';
import type { Account } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { TotpService, type TotpSetUp } from '../totp/totp.service.js';
import { VerifyService } from '../verify/verify.service.js';
import { SecondFactorSteps } from './second-factor-steps.js';

/** The input that proves a factor. It is untrusted: pass it on as the client sent it. @publicApi */
export interface FactorProof {
  /**
   * `totp`, `code`, `recovery-code` or `passkey`; `mail` for the code of {@link SecondFactorService.send}; `password` to re-authenticate.
   */
  readonly method?: unknown;
  /** The code of an authenticator app, from a text message or an email, or a recovery code. */
  readonly code?: unknown;
  /** For a passkey: the `flow` of its options. */
  readonly flow?: unknown;
  /** For a passkey: the response of the browser, as JSON. */
  readonly credential?: unknown;
  readonly password?: unknown;
  /** Whether to trust this device, so that it is not asked for a second factor for a while, if `trustedDevices` is on. Default: no. */
  readonly trustDevice?: unknown;
}

/** Where to send a code. It is untrusted: pass it on as the client sent it. @publicApi */
export interface CodeRequest {
  /** Default: `code`. */
  readonly method?: unknown;
  /** One of the phones that {@link SecondFactorService.options} lists for this method. Default: the last one used. */
  readonly id?: unknown;
}

/** Options of a login. @publicApi */
export interface EnterOptions {
  /** The account's epoch when its credentials were checked. Default: the current one. */
  readonly epoch?: number | undefined;
  /** Whether to remember the login on this device. Default: no. */
  readonly remember?: boolean | undefined;
  /** Where to redirect the browser afterwards; untrusted. */
  readonly next?: unknown;
}

/**
 * Second factors for your own pages and API: does what the routes of this package do, for the session of the current request. Rejections
 * are an `AccountsException`, whose response has `code` and `fields`; too many failed attempts are a `TooManyAttemptsException`. A feature
 * that is off is a 404.
 *
 * @publicApi
 */
@Injectable()
export class SecondFactorService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
    private readonly arrival: Arrival,
    private readonly steps: SecondFactorSteps,
    private readonly totp: TotpService,
    private readonly phones: PhonesService,
    private readonly recoveryCodes: RecoveryCodesService,
    private readonly owned: OwnedFactors,
    private readonly verification: VerifyService,
  ) {}

  /**
   * Logs in to an account after your own code has checked the first factor, like `AccountsService.enter()`. If a second factor is needed,
   * the login is pending in this session for ten minutes.
   *
   * @param factors what was proved, as named in RFC 8176, such as `['pwd']`
   * @throws AccountsException 401 `INVALID_CREDENTIALS` if the gate rejects the login, whatever the reason
   */
  async enter(
    session: SessionObject,
    account: Pick<Account, 'id'>,
    factors: readonly string[],
    { epoch, remember = false, next }: EnterOptions = {},
  ): Promise<Arrived> {
    const stored = await this.repository.find(account.id);
    if (stored === null) throw invalidCredentials();
    const how = { way: 'application' as const, factors, epoch: epoch ?? stored.epoch };
    return this.arrival.enter(exchangeOf(session), stored, how, { remember, next });
  }

  /** The pending login of a session; null: none, or no longer. */
  owed(session: SessionObject): Promise<SecondFactorOwed | null> {
    return this.steps.stateOf(exchangeOf(session));
  }

  /** What the browser needs for a method, such as the challenge of a passkey. @throws AccountsException 401 `NOTHING_PENDING` */
  options(session: SessionObject, method: unknown = 'passkey'): Promise<object> {
    return this.steps.options(exchangeOf(session, { method }));
  }

  /**
   * Sends a code for a pending login: by SMS or, if a factor has to be set up, by email to the confirmed address, so that the password
   * alone is not enough. The result does not say whether the limits allowed sending it.
   *
   * @throws AccountsException 401 `NOTHING_PENDING`
   */
  send(session: SessionObject, request: CodeRequest = {}): Promise<void> {
    return this.steps.send(exchangeOf(session, request));
  }

  /**
   * Checks the second factor of a pending login, and logs in. A code from an email only permits setting up a factor.
   *
   * @throws AccountsException 401 `CODE_WRONG`, 401 `NOTHING_PENDING`
   */
  prove(session: SessionObject, proof: FactorProof): Promise<Arrived> {
    return this.steps.prove(exchangeOf(session, proof));
  }

  /**
   * Re-authenticates the user, as changes of factors require more than 15 minutes after a login.
   *
   * @throws AccountsException 401 `CODE_WRONG`, 401 `WRONG_PASSWORD`
   */
  async verify(session: SessionObject, proof: FactorProof): Promise<void> {
    await this.verification.verify(exchangeOf(session, proof));
  }

  /** Sends a code by SMS for {@link verify}. */
  async sendToVerify(session: SessionObject, request: CodeRequest = {}): Promise<void> {
    await this.verification.send(exchangeOf(session, request));
  }

  /** The second factors of the user. */
  list(session: SessionObject): Promise<readonly ListedFactor[]> {
    return this.owned.list(exchangeOf(session));
  }

  /**
   * Starts to set up an authenticator app, for a user who is logged in or has to set up a factor. It is enabled by its first code.
   *
   * @param name chosen by its owner; untrusted
   * @throws AccountsException 401 `VERIFICATION_REQUIRED`, 401 `MAIL_CODE_NEEDED`, 409 `TOO_MANY_FACTORS`
   */
  async beginTotp(session: SessionObject, name?: unknown): Promise<TotpSetUp> {
    this.config.assertHas('totp');
    return (await this.totp.begin(exchangeOf(session, { name }))).setUp;
  }

  /**
   * Finishes the set-up of an authenticator app with its first code. Other sessions of the account end. If the login was pending until a
   * factor is set up, the user is then logged in.
   *
   * @throws AccountsException 400 for a wrong code, 404 `FACTOR_UNKNOWN`
   */
  enableTotp(session: SessionObject, id: string, code: unknown): Promise<EnabledFactor | Arrived> {
    this.config.assertHas('totp');
    return this.totp.enable(exchangeOf(session, { code }), id);
  }

  /**
   * Starts to set up a phone, and sends a code to it, for a user who is logged in or has to set up a factor.
   *
   * @param phone the number, and a name chosen by its owner; untrusted
   * @returns its id
   * @throws AccountsException 400 for a number that is not accepted, 401 `VERIFICATION_REQUIRED`, 401 `MAIL_CODE_NEEDED`, 409
   * `TOO_MANY_FACTORS`
   */
  async beginPhone(
    session: SessionObject,
    { phone, name }: { readonly phone?: unknown; readonly name?: unknown },
  ): Promise<string> {
    this.config.assertHas('sms');
    return (await this.phones.begin(exchangeOf(session, { phone, name }))).id;
  }

  /**
   * Finishes the set-up of a phone with the code that was sent to it. Other sessions of the account end. If the login was pending until a
   * factor is set up, the user is then logged in.
   *
   * @throws AccountsException 400 for a wrong code, 404 `FACTOR_UNKNOWN`
   */
  enablePhone(session: SessionObject, id: string, code: unknown): Promise<EnabledFactor | Arrived> {
    this.config.assertHas('sms');
    return this.phones.enable(exchangeOf(session, { code }), id);
  }

  /**
   * Removes an authenticator app or a phone. Other sessions of the account end.
   *
   * @throws AccountsException 401 `VERIFICATION_REQUIRED`, 404 `FACTOR_UNKNOWN`, 409 `LAST_FACTOR`
   */
  remove(session: SessionObject, id: string): Promise<void> {
    return this.owned.remove(exchangeOf(session), id);
  }

  /**
   * Creates recovery codes, which replace all previous ones, and cannot be shown again. @throws AccountsException 401
   * `VERIFICATION_REQUIRED`
   */
  makeRecoveryCodes(session: SessionObject): Promise<readonly string[]> {
    this.config.assertHas('recoveryCodes');
    return this.recoveryCodes.make(exchangeOf(session));
  }
}
