import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsService, type Entered } from '../accounts.service.js';
import type { FactorMethodName } from '../factors/factor-method.js';
import { FactorMethods, secondRoles } from '../factors/factor-methods.js';
import { AccountGate } from '../gate/account-gate.js';
import { Entrance } from '../gate/entrance.js';
import type { EntryHow } from '../gate/entry.js';
import { AccountAnswers, type Answer } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { PendingLogins, type PendingFor, type PendingLogin } from '../pending/pending-logins.js';
import { accountOf, type StoredAccount } from '../repository/account.js';
import { TrustedDevices } from '../trusted-devices/trusted-devices.js';

/** What a request wants of a login. */
export interface ArrivalWish {
  /** Whether to remember the login on this device. Default: no. */
  readonly remember?: boolean;
  /** Where a browser goes then; untrusted: only a place of this site is used. */
  readonly next?: unknown;
  /** The status of the answer to a login. Default: 200. */
  readonly status?: number;
  /** Whether the device is to be trusted from then on. Default: no. */
  readonly trustDevice?: boolean;
}

/** A pending login: a second factor has to be proved or set up. @publicApi */
export interface SecondFactorOwed {
  /** `enroll`: the account needs a second factor and has none. */
  readonly status: PendingFor;
  /** The methods with which it can be proved, or that can be set up. */
  readonly methods: readonly FactorMethodName[];
}

/** The state of a login. @publicApi */
export type Arrived = Entered | SecondFactorOwed;

/**
 * What every way into an account ends with, once it has proved whose the account is: a login through the gate and its answer, or a pending
 * login that waits for a second factor.
 */
@Injectable()
export class Arrival {
  constructor(
    private readonly accounts: AccountsService,
    private readonly gate: AccountGate,
    private readonly entrance: Entrance,
    private readonly methods: FactorMethods,
    private readonly pending: PendingLogins,
    private readonly trusted: TrustedDevices,
    private readonly runtime: SessionRuntime,
    private readonly answers: AccountAnswers,
    private readonly paths: AccountPaths,
  ) {}

  /** As {@link enter}, as the answer of a route. */
  async arrive(exchange: Exchange, account: StoredAccount, how: EntryHow, wish: ArrivalWish = {}): Promise<Answer> {
    return this.answerTo(await this.enter(exchange, account, how, wish), wish.status);
  }

  /** @throws AccountsException 401 `INVALID_CREDENTIALS` if the gate is closed, whatever the reason */
  async enter(exchange: Exchange, account: StoredAccount, how: EntryHow, wish: ArrivalWish = {}): Promise<Arrived> {
    if ((await this.gate.mayEnter(account, how)) !== 'factors-owed') return this.#enter(exchange, account, how, wish);
    const trusted = { ...how, isTrusted: true };
    // The gate first: a token is not used up where a trusted device does not help.
    const isTrusted =
      (await this.gate.mayEnter(account, trusted)) === null && (await this.trusted.isTrusted(exchange.client, account));
    return isTrusted ? this.#enter(exchange, account, trusted, wish) : this.#wait(exchange, account, how, wish);
  }

  /** The answer of a route to a login that has come so far. @param status of one that is in */
  answerTo(arrived: Arrived, status = 200): Answer {
    if (arrived.status !== 'in') return { status: 200, body: arrived, goTo: this.paths.page('/second-factor') };
    const { account, next } = arrived;
    return { status, body: { status: 'in', user: this.answers.payloadOf(account), next }, goTo: next };
  }

  /** What a login to an account owes that has proved its first factor. @param factors what that has proved */
  async owedBy(account: StoredAccount, factors: readonly string[]): Promise<SecondFactorOwed> {
    const hasSecond = await this.methods.haveSecond(account, undefined, factors);
    return this.pendingOf({ account, waitsFor: hasSecond ? 'second-factor' : 'enroll', factors });
  }

  /** What the answers say of a pending login. */
  async pendingOf({
    account,
    waitsFor,
    factors,
  }: Pick<PendingLogin, 'account' | 'waitsFor' | 'factors'>): Promise<SecondFactorOwed> {
    const methods =
      waitsFor === 'enroll' ? this.methods.namesToSetUp() : await this.methods.namesOf(account, secondRoles, factors);
    return { status: waitsFor, methods };
  }

  async #enter(
    exchange: Exchange,
    account: StoredAccount,
    how: EntryHow,
    { remember = false, next, trustDevice = false }: ArrivalWish,
  ): Promise<Entered> {
    const reason = await this.entrance.enter(await exchange.session(), account, how, { remember });
    if (reason !== null) throw invalidCredentials();
    if (trustDevice) await this.#trust(exchange, account);
    return { status: 'in', account: accountOf(account), next: this.accounts.placeAfterLogin(next) };
  }

  async #trust({ client }: Exchange, account: StoredAccount): Promise<void> {
    try {
      await this.trusted.trust(client, account);
    } catch (error) {
      // The login has been made, and the second factor used up.
      this.runtime.report(error);
    }
  }

  async #wait(
    exchange: Exchange,
    account: StoredAccount,
    { way, factors }: EntryHow,
    { remember = false, next: wanted }: ArrivalWish,
  ): Promise<SecondFactorOwed> {
    const owed = await this.owedBy(account, factors);
    const next = this.accounts.placeAfterLogin(wanted);
    const facts = { waitsFor: owed.status, way, factors, remember, next, mailed: null, isMailbox: false };
    await this.pending.begin(await exchange.session(), account, facts);
    return owed;
  }
}

/** Nobody gets in, and nobody is told why. */
export function invalidCredentials(): AccountsException {
  return new AccountsException(401, 'INVALID_CREDENTIALS');
}

export function isInvalidCredentials(error: unknown): boolean {
  return error instanceof AccountsException && error.code === 'INVALID_CREDENTIALS';
}
