import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { ConfirmationService } from '../confirmation/confirmation.service.js';
import { AccountEvents } from '../events/account-events.js';
import { AccountAnswers, type Answer, type PageOf } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException, invalid } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { atNextStep } from '../http/pace.js';
import { AccountMails } from '../mail/account-mails.js';
import { AfterAnswer } from '../mail/after-answer.js';
import { SendingLimits } from '../mail/sending-limits.js';
import { MessageCatalog } from '../messages/messages.js';
import { AccountPasswords } from '../login/account-passwords.js';
import { Arrival } from '../login/arrival.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { JsonValue } from '../repository/json.js';
import type { NormalEmail, NormalUsername } from '../repository/normal-form.js';
import { AccountMaker } from './account-maker.js';
import { usernameIn } from './username-in.js';
import { markBrowser } from '../http/browser-mark.js';

/** A registration whose input is accepted. */
interface Registration {
  readonly email: NormalEmail;
  readonly username: NormalUsername | null;
  readonly password: string;
  readonly fields: Readonly<Record<string, JsonValue>>;
}

/** Creates accounts for those who ask for one. */
@Injectable()
export class RegistrationService {
  readonly form: PageOf;

  constructor(
    private readonly config: AccountsConfig,
    private readonly maker: AccountMaker,
    private readonly repository: AccountRepository,
    private readonly passwords: AccountPasswords,
    private readonly confirmation: ConfirmationService,
    private readonly arrival: Arrival,
    private readonly sending: SendingLimits,
    private readonly mails: AccountMails,
    private readonly events: AccountEvents,
    private readonly afterAnswer: AfterAnswer,
    private readonly answers: AccountAnswers,
    private readonly messages: MessageCatalog,
    private readonly paths: AccountPaths,
    private readonly runtime: SessionRuntime,
  ) {
    const { registration } = config.options;
    this.form = { page: 'register', shown: ['email', 'username', ...Object.keys(registration.fields)] };
  }

  async register(exchange: Exchange): Promise<Answer> {
    const begunAt = performance.now();
    const input = new Input(exchange.body);
    const registration = this.#read(input);
    const next = input.next();
    if ((await this.answers.userOf(exchange)) !== null) throw new AccountsException(409, 'ALREADY_IN');
    await this.#judgeAlone(input, registration);
    input.check();
    // Counted before anybody else is asked: the application, the service of breached passwords, the database.
    await this.sending.countFrom(exchange.client.address);
    if (!(await this.#isAdmitted(registration, exchange))) {
      throw new AccountsException(403, 'REGISTRATION_REFUSED');
    }
    await this.#judge(input, registration);
    if (!this.config.has('confirmation')) return this.#enter(registration, exchange, next);
    await this.#waitForConfirmation(registration, exchange);
    await atNextStep(begunAt);
    return { status: 202, body: { status: 'confirm' }, done: 'register.done' };
  }

  /** What was given, as far as it can be judged without any work. */
  #read(input: Input): Registration {
    const email = input.email('email');
    const password = input.password('password');
    const username = usernameIn(input, this.config.options.usernames);
    const fields: Record<string, JsonValue> = {};
    for (const [name, check] of Object.entries(this.config.options.registration.fields)) {
      const value = check(input.raw(name));
      if (value !== undefined) fields[name] = value;
      else if (input.raw(name) !== undefined) input.refuse(name, 'FIELD_INVALID');
    }
    return { email, password, username, fields };
  }

  /** Weak passwords are named along with everything else that is wrong. */
  async #judgeAlone(input: Input, { email, username, password }: Registration): Promise<void> {
    if (password === '') return;
    const problems = await this.passwords.judgeAlone(password, email.email, username?.username);
    for (const code of problems) input.refuse('password', code);
  }

  /** Usernames are public. @throws AccountsException */
  async #judge(input: Input, { email, username, password }: Registration): Promise<void> {
    const problems = await this.passwords.judge(password, email.email, username?.username);
    for (const code of problems) input.refuse('password', code);
    if (username !== null && (await this.repository.findBy('username', username.key)) !== null) {
      input.refuse('username', 'USERNAME_TAKEN');
    }
    input.check();
  }

  async #isAdmitted({ email, username, fields }: Registration, { client, body }: Exchange): Promise<boolean> {
    const { address, userAgent } = client;
    const request = { email: email.email, username: username?.username ?? null, fields, address, userAgent, body };
    return (await this.config.options.registration.admit?.(request)) ?? true;
  }

  /** Nothing that depends on whether the address has an account is done before the answer. */
  async #waitForConfirmation(registration: Registration, exchange: Exchange): Promise<void> {
    const browser = markBrowser(await exchange.session());
    const { address, userAgent } = exchange.client;
    const { acceptLanguage } = exchange;
    const locale = this.#localeOf(exchange);
    const at = this.runtime.now();
    this.afterAnswer.run(async () => {
      const password = await this.passwords.hash(registration.password);
      const owner = await this.repository.findBy('email', registration.email.key);
      if (owner === null) {
        const accepted = { ...registration, password, locale, address, userAgent };
        await this.confirmation.begin(accepted, browser, acceptLanguage);
        return;
      }
      this.events.tell('registeredAgain', { userId: owner.id, address });
      if (await this.sending.admits('already-registered', owner.emailKey)) {
        const link = this.paths.link('/login', null);
        await this.mails.send('already-registered', owner, acceptLanguage, { link, at, address, userAgent });
      }
    });
  }

  async #enter(registration: Registration, exchange: Exchange, wanted: unknown): Promise<Answer> {
    const { address, userAgent } = exchange.client;
    const password = await this.passwords.hash(registration.password);
    const accepted = { ...registration, password, locale: this.#localeOf(exchange), address, userAgent };
    const result = await this.maker.make(accepted, null);
    if ('taken' in result) {
      if (result.taken === 'username') throw invalid({ username: ['USERNAME_TAKEN'] });
      throw new AccountsException(409, 'EMAIL_TAKEN', { email: ['EMAIL_TAKEN'] });
    }
    const { created } = result;
    const how = { way: 'registration' as const, factors: ['pwd'], epoch: created.epoch };
    return this.arrival.arrive(exchange, created, how, { next: wanted, status: 201 });
  }

  /** The language that the browser asks for becomes the account's. */
  #localeOf({ acceptLanguage }: Exchange): string | null {
    return acceptLanguage === undefined ? null : this.messages.textsFor(null, acceptLanguage).locale;
  }
}
