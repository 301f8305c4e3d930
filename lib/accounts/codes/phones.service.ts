import { Injectable } from '@nestjs/common';
import { FactorChanges, type EnabledFactor } from '../factors/factor-changes.js';
import { factorNameIn } from '../factors/factor-name.js';
import { FactorOwner } from '../factors/factor-owner.js';
import { factorTries } from '../factors/factor-tries.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { Arrival, invalidCredentials, type Arrived } from '../login/arrival.js';
import { PendingLogins } from '../pending/pending-logins.js';
import { nothingPending } from '../second-factor/second-factor-steps.js';
import { CodeSending } from './code-sending.js';
import { smsFactors } from './code.method.js';
import { PhoneNumbers } from './phone-numbers.js';
import { PhoneRows, type ShownPhone } from './phone-rows.js';
import { sentCodeIn, SentCodes } from './sent-codes.js';

/** How many telephones an account may have. */
const most = 5;
/** The longest number that is looked at, in bytes. */
const longestPhone = 100;

const refusals = { invalid: 'PHONE_INVALID', country: 'PHONE_COUNTRY', type: 'PHONE_NOT_MOBILE' } as const;

/** Sets up telephones. */
@Injectable()
export class PhonesService {
  constructor(
    private readonly owner: FactorOwner,
    private readonly changes: FactorChanges,
    private readonly numbers: PhoneNumbers,
    private readonly rows: PhoneRows,
    private readonly codes: SentCodes,
    private readonly sending: CodeSending,
    private readonly pending: PendingLogins,
    private readonly arrival: Arrival,
  ) {}

  /** Begins: a code is sent to the telephone, which counts once that was entered. */
  async begin(exchange: Exchange): Promise<ShownPhone> {
    const { account } = await this.owner.of(exchange);
    const input = new Input(exchange.body);
    const number = this.#numberIn(input);
    const name = factorNameIn(input);
    input.check();
    const enabled = await this.rows.enabled(account);
    if (enabled.some((phone) => phone.number === number)) input.refuse('phone', 'PHONE_SAME');
    input.check();
    if (enabled.length >= most) throw new AccountsException(409, 'TOO_MANY_FACTORS');
    const id = await this.rows.begin(account, name, number);
    const place = id === null ? null : this.codes.placeIn(await exchange.session(), id);
    if (id === null || place === null) throw new AccountsException(409, 'CHANGED_MEANWHILE');
    await this.sending.send(exchange, account, place, { phoneId: id, number });
    return this.rows.shown({ row: { id }, number });
  }

  /** Enables one by the code that was sent to it, which is used up. */
  async enable(exchange: Exchange, id: string): Promise<EnabledFactor | Arrived> {
    const { account, pending } = await this.owner.of(exchange);
    const input = new Input(exchange.body);
    const code = sentCodeIn(input);
    input.check();
    const phone = await this.rows.inSetUp(account, id);
    const place = this.codes.placeIn(await exchange.session(), id);
    if (phone === null || place === null) throw new AccountsException(404, 'FACTOR_UNKNOWN');
    const isRight = await exchange.attempts.attempt(
      factorTries(account),
      async () => (await this.codes.use(place, account, code)) === id,
    );
    if (!isRight) throw new AccountsException(400, 'INPUT_INVALID', { code: ['CODE_WRONG'] });
    if (pending !== null && !(await this.pending.take(await exchange.session(), pending))) throw nothingPending();
    const change = { method: 'code', change: 'added', name: phone.row.name, proved: smsFactors } as const;
    const { account: changed } = await this.changes.makeIn(exchange, account, change, async () => {
      if (!(await this.rows.enable(phone))) throw new AccountsException(409, 'CHANGED_MEANWHILE');
    });
    if (pending === null) return { status: 'enabled', id };
    if (changed === null) throw invalidCredentials();
    const how = { ...this.pending.howOf(pending, smsFactors), epoch: changed.epoch };
    return this.arrival.enter(exchange, changed, how, pending);
  }

  #numberIn(input: Input): string {
    const typed = input.text('phone', longestPhone);
    const read = input.isWrong ? { number: '' } : this.numbers.read(typed);
    if ('number' in read) return read.number;
    input.refuse('phone', refusals[read.refused]);
    return '';
  }
}
