import { Injectable } from '@nestjs/common';
import { AccountAnswers, type Answer, type PageOf } from '../http/account-answers.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { atNextStep } from '../http/pace.js';
import { Arrival } from '../login/arrival.js';
import { SendingLimits } from '../mail/sending-limits.js';
import type { Texts } from '../messages/messages.js';
import { placeText } from '../messages/place.js';
import { AccountRepository } from '../repository/account-repository.js';
import { MailLoginService, type MailLoginProof } from './mail-login.service.js';

/** The longest code that is looked at, in bytes. */
const longestTyped = 64;

/** The routes of the login by mail. */
@Injectable()
export class MailLoginRoutes {
  readonly askForm: PageOf = { page: 'mailLogin', shown: ['email', 'remember'] };
  readonly codeForm: PageOf = { page: 'mailLoginCode' };
  readonly linkForm: PageOf = {
    page: 'mailLoginLink',
    details: (exchange, texts) => this.#elsewhere(exchange, texts),
  };

  constructor(
    private readonly mailLogin: MailLoginService,
    private readonly arrival: Arrival,
    private readonly repository: AccountRepository,
    private readonly sending: SendingLimits,
    private readonly answers: AccountAnswers,
  ) {}

  async ask(exchange: Exchange): Promise<Answer> {
    const begunAt = performance.now();
    const input = new Input(exchange.body);
    const { email } = input.email('email');
    const remember = input.flag('remember');
    const next = input.next();
    input.check();
    await this.#assertOut(exchange);
    const { address, userAgent } = exchange.client;
    await this.sending.countFrom(address);
    const { acceptLanguage } = exchange;
    this.mailLogin.send(await exchange.session(), email, { remember, next, address, userAgent, acceptLanguage });
    await atNextStep(begunAt);
    return { status: 202, body: { status: 'sent' }, page: this.codeForm };
  }

  async enter(exchange: Exchange): Promise<Answer> {
    const proof = this.#read(exchange);
    await this.#assertOut(exchange);
    const { account, epoch, remember, next } = await this.mailLogin.redeem(await exchange.session(), proof);
    const stored = await this.repository.find(account.id);
    if (stored === null) throw new AccountsException(401, 'INVALID_CREDENTIALS');
    const how = { way: 'mail' as const, factors: ['mail'], epoch };
    return this.arrival.arrive(exchange, stored, how, { remember, next });
  }

  /** The form that a request comes from. */
  formOf({ body }: Exchange): PageOf {
    return new Input(body).has('code') ? this.codeForm : this.linkForm;
  }

  #read({ body }: Exchange): MailLoginProof {
    const input = new Input(body);
    const code = input.optionalText('code', longestTyped);
    if (code !== null) {
      if (input.has('token')) input.refuse('code', 'FIELD_INVALID');
      input.check();
      return { code };
    }
    input.check();
    const token = input.token('token');
    input.check();
    return { token };
  }

  async #assertOut(exchange: Exchange): Promise<void> {
    if ((await this.answers.userOf(exchange)) !== null) throw new AccountsException(409, 'ALREADY_IN');
  }

  async #elsewhere(exchange: Exchange, texts: Texts): Promise<Readonly<Record<string, string>>> {
    const token = exchange.query('token') ?? new Input(exchange.body).optionalText('token', longestTyped * 8);
    const facts = token === null ? null : await this.mailLogin.elsewhere(await exchange.readonlySession(), token);
    if (facts === null) return {};
    return { place: placeText(texts, facts), ...(facts.code === null ? {} : { code: facts.code }) };
  }
}
