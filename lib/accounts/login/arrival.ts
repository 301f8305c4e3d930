import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsService } from '../accounts.service.js';
import { FactorMethods, secondRoles } from '../factors/factor-methods.js';
import { AccountGate } from '../gate/account-gate.js';
import { Entrance } from '../gate/entrance.js';
import type { EntryHow } from '../gate/entry.js';
import { AccountAnswers, type Answer } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { PendingLogins, type PendingFor } from '../pending/pending-logins.js';
import { accountOf, type StoredAccount } from '../repository/account.js';
import { TrustedDevices } from '../trusted-devices/trusted-devices.js';

/** What a request wants of a login. */
export interface ArrivalWish {
  /** Whether the login is to be remembered on this device. Default: no. */
  readonly remember?: boolean;
  /** Where a browser goes then; untrusted: only a place of this site is used. */
  readonly next?: unknown;
  /** The status of the answer to a login. Default: 200. */
  readonly status?: number;
  /** Whether the device is to be trusted from then on. Default: no. */
  readonly trustDevice?: boolean;
}

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

  /** @throws AccountsException 401 `INVALID_CREDENTIALS` if the gate is closed, whatever the reason */
  async arrive(exchange: Exchange, account: StoredAccount, how: EntryHow, wish: ArrivalWish = {}): Promise<Answer> {
    if ((await this.gate.mayEnter(account, how)) !== 'factors-owed') return this.#enter(exchange, account, how, wish);
    const trusted = { ...how, isTrusted: true };
    // The gate first: a token is not used up where a trusted device does not help.
    const isTrusted =
      (await this.gate.mayEnter(account, trusted)) === null && (await this.trusted.isTrusted(exchange.client, account));
    return isTrusted ? this.#enter(exchange, account, trusted, wish) : this.#wait(exchange, account, how, wish);
  }

  /** What the answers say of a pending login. */
  async pendingOf(
    account: StoredAccount,
    waitsFor: PendingFor,
  ): Promise<{ status: PendingFor; methods: readonly string[] }> {
    const methods =
      waitsFor === 'enroll' ? this.methods.namesToSetUp() : await this.methods.namesOf(account, secondRoles);
    return { status: waitsFor, methods };
  }

  async #enter(
    exchange: Exchange,
    account: StoredAccount,
    how: EntryHow,
    { remember = false, next: wanted, status = 200, trustDevice = false }: ArrivalWish,
  ): Promise<Answer> {
    const reason = await this.entrance.enter(await exchange.session(), account, how, { remember });
    if (reason !== null) throw invalidCredentials();
    if (trustDevice) await this.#trust(exchange, account);
    const next = this.accounts.placeAfterLogin(wanted);
    const user = this.answers.payloadOf(accountOf(account));
    return { status, body: { status: 'in', user, next }, goTo: next };
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
  ): Promise<Answer> {
    const waitsFor = (await this.methods.haveSecond(account)) ? 'second-factor' : 'enroll';
    const next = this.accounts.placeAfterLogin(wanted);
    const facts = { waitsFor, way, factors, remember, next, mailed: null, isMailbox: false } as const;
    await this.pending.begin(await exchange.session(), account, facts);
    const body = await this.pendingOf(account, waitsFor);
    return { status: 200, body, goTo: this.paths.page('/second-factor') };
  }
}

/** Nobody gets in, and nobody is told why. */
export function invalidCredentials(): AccountsException {
  return new AccountsException(401, 'INVALID_CREDENTIALS');
}

export function isInvalidCredentials(error: unknown): boolean {
  return error instanceof AccountsException && error.code === 'INVALID_CREDENTIALS';
}
