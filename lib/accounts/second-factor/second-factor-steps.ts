import { Injectable } from '@nestjs/common';
import { CodeMethod } from '../codes/code.method.js';
import { AccountEvents } from '../events/account-events.js';
import type { FactorMethod } from '../factors/factor-method.js';
import { FactorMethods, secondRoles } from '../factors/factor-methods.js';
import { factorTries } from '../factors/factor-tries.js';
import type { EntryHow } from '../gate/entry.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { Arrival, type ArrivalWish, type Arrived, type SecondFactorOwed } from '../login/arrival.js';
import type { FactorsShown } from '../pages/page.js';
import { PendingLogins, type PendingLogin } from '../pending/pending-logins.js';
import type { StoredAccount } from '../repository/account.js';
import { TrustedDevices } from '../trusted-devices/trusted-devices.js';
import { EnrollCode } from './enroll-code.js';

/** The longest name of a method, in bytes. */
const longestMethod = 32;
/** The method by which a login that has to set up a factor proves the mailbox first. */
const mail = 'mail';

/** A pending login that has proved its second factor, and waits no more. */
export interface ProvedLogin {
  readonly account: StoredAccount;
  readonly how: EntryHow;
  readonly wish: ArrivalWish;
}

/** Asks for the second factor of a pending login. */
@Injectable()
export class SecondFactorSteps {
  constructor(
    private readonly pending: PendingLogins,
    private readonly methods: FactorMethods,
    private readonly arrival: Arrival,
    private readonly codes: CodeMethod,
    private readonly enrollCode: EnrollCode,
    private readonly events: AccountEvents,
    private readonly trusted: TrustedDevices,
  ) {}

  /** What the request's session waits for; null: nothing. */
  async stateOf(exchange: Exchange): Promise<SecondFactorOwed | null> {
    const pending = await this.pending.of(await exchange.session());
    return pending && this.arrival.pendingOf(pending);
  }

  /** The same, for the page. */
  async shownOf(exchange: Exchange): Promise<Partial<FactorsShown>> {
    const pending = await this.pending.of(await exchange.session());
    if (pending === null) return {};
    const { status, methods } = await this.arrival.pendingOf(pending);
    const phones = await this.codes.phonesOf(pending.account);
    const { trustFor } = this.trusted;
    return { waitsFor: status, methods, isMailbox: pending.isMailbox, phones, trustFor };
  }

  /** What the browser needs for a method, such as a challenge. */
  async options(exchange: Exchange): Promise<object> {
    const pending = await this.#pendingOf(exchange);
    const input = new Input(exchange.body);
    const method = await this.#methodIn(input, pending, 'passkey');
    if (method !== null && method.options === undefined) input.refuse('method', 'METHOD_UNKNOWN');
    input.check();
    return (await method?.options?.(exchange, pending.account)) ?? {};
  }

  /** Sends a code. */
  async send(exchange: Exchange): Promise<void> {
    const pending = await this.#pendingOf(exchange);
    if (pending.waitsFor === 'enroll') {
      await this.enrollCode.send(exchange, pending);
    } else {
      const input = new Input(exchange.body);
      const method = await this.#methodIn(input, pending, 'code');
      if (method !== null && method.send === undefined) input.refuse('method', 'METHOD_UNKNOWN');
      input.check();
      await method?.send?.(exchange, pending.account);
    }
  }

  /** Checks the second factor, and logs in. */
  async prove(exchange: Exchange): Promise<Arrived> {
    const proved = await this.proveFactor(exchange);
    return 'status' in proved ? proved : this.arrival.enter(exchange, proved.account, proved.how, proved.wish);
  }

  /** Checks the second factor, and ends the pending login. */
  async proveFactor(exchange: Exchange): Promise<ProvedLogin | SecondFactorOwed> {
    const pending = await this.#pendingOf(exchange);
    const input = new Input(exchange.body);
    if (pending.waitsFor === 'enroll') return this.#proveMailbox(exchange, pending, input);
    const method = await this.#methodIn(input, pending, null);
    const check = method?.read(input);
    // Nothing is trusted because of a code for who has lost the second factor.
    const trustDevice = input.flag('trustDevice') && method?.role === 'second';
    input.check();
    const { account } = pending;
    const address = exchange.client.address;
    const proved = await exchange.attempts.attempt(
      factorTries(account),
      async () => (await check?.(exchange, account)) ?? null,
    );
    const name = method?.name ?? '';
    if (proved === null) {
      this.events.tell('factorFailed', { userId: account.id, address, method: name });
      throw new AccountsException(401, 'CODE_WRONG', { code: ['CODE_WRONG'] });
    }
    // In this order: the code is used up, the pending login ends, and only then is there a login.
    if (!(await this.pending.take(await exchange.session(), pending))) throw nothingPending();
    this.events.tell('factorProved', { userId: account.id, address, method: name });
    const { remember, next } = pending;
    return { account, how: this.pending.howOf(pending, proved), wish: { remember, next, trustDevice } };
  }

  async #proveMailbox(exchange: Exchange, pending: PendingLogin, input: Input): Promise<SecondFactorOwed> {
    const name = input.optionalText('method', longestMethod) ?? mail;
    if (name !== mail) input.refuse('method', 'METHOD_UNKNOWN');
    await this.enrollCode.check(exchange, pending, input);
    return this.arrival.pendingOf(pending);
  }

  /** @throws AccountsException 401 `NOTHING_PENDING` */
  async #pendingOf(exchange: Exchange): Promise<PendingLogin> {
    const pending = await this.pending.of(await exchange.session());
    if (pending === null) throw nothingPending();
    return pending;
  }

  async #methodIn(
    input: Input,
    { account, factors }: PendingLogin,
    fallback: string | null,
  ): Promise<FactorMethod | null> {
    const name = input.optionalText('method', longestMethod) ?? fallback;
    if (name === null) {
      if (!input.isWrong) input.refuse('method', 'REQUIRED');
      return null;
    }
    const method = await this.methods.find(account, name, secondRoles, factors);
    if (method === null) input.refuse('method', 'METHOD_UNKNOWN');
    return method;
  }
}

/** There is no login that waits for a second factor, or no longer. */
export function nothingPending(): AccountsException {
  return new AccountsException(401, 'NOTHING_PENDING');
}
