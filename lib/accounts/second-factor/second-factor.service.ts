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

/** What a client sends to prove a factor. All of it is untrusted, and may be passed on as it came. @publicApi */
export interface FactorProof {
  /** `totp`, `code`, `recovery-code` or `passkey`; `mail` for the code of {@link SecondFactorService.send}; `password` to confirm a login. */
  readonly method?: unknown;
  /** Of an authenticator app, a message, a recovery code, or of a mail. */
  readonly code?: unknown;
  /** Of a passkey: the `flow` of its options. */
  readonly flow?: unknown;
  /** Of a passkey: what the browser has returned, as JSON. */
  readonly credential?: unknown;
  readonly password?: unknown;
  /** Whether the second factor is not asked for on this device for a while, where `trustedDevices` is on. Default: no. */
  readonly trustDevice?: unknown;
}

/** What a code is sent to. All of it is untrusted, and may be passed on as it came. @publicApi */
export interface CodeRequest {
  /** Default: `code`. */
  readonly method?: unknown;
  /** One of the telephones that {@link SecondFactorService.options} lists for this method. Default: the one that was used last. */
  readonly id?: unknown;
}

/** How a login goes on. @publicApi */
export interface EnterOptions {
  /** The account's epoch when its credentials were checked. Default: as it is now. */
  readonly epoch?: number | undefined;
  /** Whether the login is to be remembered on this device. Default: no. */
  readonly remember?: boolean | undefined;
  /** Where a browser goes then; untrusted. */
  readonly next?: unknown;
}

/**
 * Second factors for pages and an API of your own: what the routes of this package do, for a session of the request that is being handled.
 * What is rejected is an `AccountsException`, which answers by itself with its `code` and its `fields`; too many wrong tries are a
 * `TooManyAttemptsException`. A feature that is off is a 404.
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
   * Logs an account in after your own code has checked its first factor, like `AccountsService.enter()`; where a second factor is owed, the
   * login waits for it in this session, for ten minutes.
   *
   * @param factors what was proved, as named in RFC 8176, such as `['pwd']`
   * @throws AccountsException 401 `INVALID_CREDENTIALS` if the account lets nobody in, whatever the reason
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

  /** The login that waits in a session; null: none, or no longer. */
  owed(session: SessionObject): Promise<SecondFactorOwed | null> {
    return this.steps.stateOf(exchangeOf(session));
  }

  /** What the browser needs for a method, such as the challenge of a passkey. @throws AccountsException 401 `NOTHING_PENDING` */
  options(session: SessionObject, method: unknown = 'passkey'): Promise<object> {
    return this.steps.options(exchangeOf(session, { method }));
  }

  /**
   * Sends a code by SMS to a login that waits. To one that has to set up a factor, it is mailed to the confirmed address: whoever has only the
   * password may not. Whether it is sent, within the limits that there are, is not told.
   *
   * @throws AccountsException 401 `NOTHING_PENDING`
   */
  send(session: SessionObject, request: CodeRequest = {}): Promise<void> {
    return this.steps.send(exchangeOf(session, request));
  }

  /**
   * Checks the second factor of a login that waits, and logs in. A code of a mail permits to set up a factor, and logs nobody in.
   *
   * @throws AccountsException 401 `CODE_WRONG`, 401 `NOTHING_PENDING`
   */
  prove(session: SessionObject, proof: FactorProof): Promise<Arrived> {
    return this.steps.prove(exchangeOf(session, proof));
  }

  /**
   * Proves again who is logged in, as changes of factors need it that are later than 15 minutes after a login.
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

  /** The second factors of who is logged in. */
  list(session: SessionObject): Promise<readonly ListedFactor[]> {
    return this.owned.list(exchangeOf(session));
  }

  /**
   * Begins the set-up of an authenticator app, for who is logged in or has to set up a factor. It counts once a code of it was entered.
   *
   * @param name as its owner calls it; untrusted
   * @throws AccountsException 401 `VERIFICATION_REQUIRED`, 401 `MAIL_CODE_NEEDED`, 409 `TOO_MANY_FACTORS`
   */
  async beginTotp(session: SessionObject, name?: unknown): Promise<TotpSetUp> {
    this.config.assertHas('totp');
    return (await this.totp.begin(exchangeOf(session, { name }))).setUp;
  }

  /**
   * Ends the set-up of an authenticator app by its first code. Other sessions of the account end. A login that had to set one up is in.
   *
   * @throws AccountsException 400 for a wrong code, 404 `FACTOR_UNKNOWN`
   */
  enableTotp(session: SessionObject, id: string, code: unknown): Promise<EnabledFactor | Arrived> {
    this.config.assertHas('totp');
    return this.totp.enable(exchangeOf(session, { code }), id);
  }

  /**
   * Begins the set-up of a telephone, to which a code is sent, for who is logged in or has to set up a factor.
   *
   * @param phone the number and, as its owner calls it, the name; untrusted
   * @returns its id
   * @throws AccountsException 400 for a number that gets no codes, 401 `VERIFICATION_REQUIRED`, 401 `MAIL_CODE_NEEDED`, 409 `TOO_MANY_FACTORS`
   */
  async beginPhone(
    session: SessionObject,
    { phone, name }: { readonly phone?: unknown; readonly name?: unknown },
  ): Promise<string> {
    this.config.assertHas('sms');
    return (await this.phones.begin(exchangeOf(session, { phone, name }))).id;
  }

  /**
   * Ends the set-up of a telephone by the code that was sent to it. Other sessions of the account end. A login that had to set one up is in.
   *
   * @throws AccountsException 400 for a wrong code, 404 `FACTOR_UNKNOWN`
   */
  enablePhone(session: SessionObject, id: string, code: unknown): Promise<EnabledFactor | Arrived> {
    this.config.assertHas('sms');
    return this.phones.enable(exchangeOf(session, { code }), id);
  }

  /**
   * Removes an authenticator app or a telephone. Other sessions of the account end.
   *
   * @throws AccountsException 401 `VERIFICATION_REQUIRED`, 404 `FACTOR_UNKNOWN`, 409 `LAST_FACTOR`
   */
  remove(session: SessionObject, id: string): Promise<void> {
    return this.owned.remove(exchangeOf(session), id);
  }

  /** Makes recovery codes in place of all that there were; nobody can see them again. @throws AccountsException 401 `VERIFICATION_REQUIRED` */
  makeRecoveryCodes(session: SessionObject): Promise<readonly string[]> {
    this.config.assertHas('recoveryCodes');
    return this.recoveryCodes.make(exchangeOf(session));
  }
}
