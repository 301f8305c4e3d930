import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountEvents } from '../events/account-events.js';
import type { Answer } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException, invalid } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { atNextStep } from '../http/pace.js';
import { AccountMails, type Recipient } from '../mail/account-mails.js';
import { AfterAnswer } from '../mail/after-answer.js';
import { SendingLimits } from '../mail/sending-limits.js';
import { PasswordService } from '../passwords/password.service.js';
import { Proofs, type Proof } from '../proofs/proofs.js';
import { AccountMaker, type AcceptedRegistration } from '../registration/account-maker.js';
import { browserOf, isBrowser } from '../http/browser-mark.js';
import { changedAccount, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';

/** What a link confirms: a registration that waits, or the address of an account that exists. */
type Subject = Waiting | { readonly account: StoredAccount };

/** What the proof of a registration contains, sealed. */
interface Waiting {
  readonly registration: AcceptedRegistration;
  /** The hash of the mark of the browser that has registered. */
  readonly browser: string;
}

/** What sends the mail of a registration again, for the browser that has registered: it confirms nothing. */
const againPurpose = 'registration-again';
/** How many registrations a browser can have sent again. */
const mostWaiting = 3;

/** Confirms addresses: a registration becomes an account, and an account that exists gets a confirmed address. */
@Injectable()
export class ConfirmationService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly proofs: Proofs,
    private readonly repository: AccountRepository,
    private readonly passwords: PasswordService,
    private readonly maker: AccountMaker,
    private readonly sending: SendingLimits,
    private readonly mails: AccountMails,
    private readonly events: AccountEvents,
    private readonly afterAnswer: AfterAnswer,
    private readonly paths: AccountPaths,
    private readonly runtime: SessionRuntime,
  ) {}

  /** Lets a registration wait, and mails its link. Call it after the answer. @param browser the hash of the browser's mark */
  async begin(registration: AcceptedRegistration, browser: string, acceptLanguage: string | undefined): Promise<void> {
    const { email, address } = registration;
    if (!(await this.sending.admits('confirm', email.key))) return;
    const { validFor } = this.config.options.confirmation;
    const data: Waiting = { registration, browser };
    const code = { text: email.key, validFor };
    await this.proofs.issue({
      ...{ purpose: againPurpose, data, validFor, code },
      ...{ newest: mostWaiting, sharedBy: browser },
    });
    await this.#mailWaiting(data, acceptLanguage, address);
  }

  /** Mails the owner of an account that is not confirmed yet. It is done after the answer. */
  askOwner(account: StoredAccount, { acceptLanguage, client: { address } }: Exchange): void {
    this.afterAnswer.run(() => this.#askOwner(account, acceptLanguage, address));
  }

  /** Whether the link of the page was opened in another browser than the one that has registered. */
  async needsPassword(exchange: Exchange): Promise<boolean> {
    const token = exchange.query('token') ?? new Input(exchange.body).optionalText('token', 512);
    const proof = token === null ? null : await this.#read(token);
    const subject = proof && (await this.#subjectOf(proof));
    return subject !== null && !(await this.#isOwnBrowser(exchange, subject));
  }

  async confirm(exchange: Exchange): Promise<Answer> {
    const input = new Input(exchange.body);
    const token = input.token('token');
    const password = input.optionalPassword('password');
    input.check();
    const proof = await this.#read(token);
    const subject = proof && (await this.#subjectOf(proof));
    if (proof === null || subject === null) throw invalidToken();
    if (!(await this.#isOwnBrowser(exchange, subject))) await this.#checkPassword(proof, subject, password);
    const claim = await this.proofs.claim(proof.purpose, token);
    if (claim === null) throw invalidToken();
    try {
      const { id: userId } = await this.#complete(subject);
      this.events.tell('emailConfirmed', { userId, address: exchange.client.address });
    } catch (error) {
      // An address that has an account by now stays what it is; anything else may be better the next time.
      if (isInvalidToken(error)) await claim.complete();
      else await claim.release();
      throw error;
    }
    await claim.complete();
    return { status: 200, body: { status: 'confirmed' }, done: 'confirm.done' };
  }

  async resend(exchange: Exchange): Promise<Answer> {
    const begunAt = performance.now();
    const input = new Input(exchange.body);
    const { key } = input.email('email');
    input.check();
    const {
      acceptLanguage,
      client: { address },
    } = exchange;
    await this.sending.countFrom(address);
    const browser = browserOf(await exchange.readonlySession());
    this.afterAnswer.run(async () => {
      const account = await this.repository.findBy('email', key);
      if (account === null) await this.#sendAgain(browser, key, acceptLanguage, address);
      else if (account.emailConfirmedAt === null) await this.#askOwner(account, acceptLanguage, address);
    });
    await atNextStep(begunAt);
    return { status: 202, body: { status: 'sent' }, done: 'confirm.resent' };
  }

  /** With a link of its own: no token is stored. What waits is known to the browser that has registered alone. */
  async #sendAgain(
    browser: string | null,
    emailKey: string,
    acceptLanguage: string | undefined,
    address: string,
  ): Promise<void> {
    if (browser === null) return;
    const proof = await this.proofs.read(againPurpose, this.proofs.tokenOfCode(againPurpose, browser, emailKey));
    if (proof === null || !isWaiting(proof.data) || !(await this.sending.admits('confirm', emailKey))) return;
    await this.#mailWaiting(proof.data, acceptLanguage, address);
  }

  async #mailWaiting(data: Waiting, acceptLanguage: string | undefined, address: string): Promise<void> {
    const { email, locale } = data.registration;
    const { validFor } = this.config.options.confirmation;
    const token = await this.proofs.issue({ purpose: 'registration', data, validFor });
    this.events.tell('confirmationRequested', { userId: null, address });
    await this.#mail({ email: email.email, locale }, token, acceptLanguage);
  }

  async #askOwner(account: StoredAccount, acceptLanguage: string | undefined, address: string): Promise<void> {
    if (!(await this.sending.admits('confirm', account.emailKey))) return;
    const { validFor } = this.config.options.confirmation;
    const { id: accountId, epoch } = account;
    const token = await this.proofs.issue({ purpose: 'confirm', accountId, epoch, data: {}, validFor });
    this.events.tell('confirmationRequested', { userId: accountId, address });
    await this.#mail(account, token, acceptLanguage);
  }

  async #mail(to: Recipient, token: string, acceptLanguage: string | undefined): Promise<void> {
    const { confirmation, links } = this.config.options;
    const link = this.paths.link('/confirm', token, links.confirm);
    await this.mails.send('confirm', to, acceptLanguage, { link, token, validFor: confirmation.validFor });
  }

  async #read(token: string): Promise<Proof | null> {
    return (await this.proofs.read('registration', token)) ?? this.proofs.read('confirm', token);
  }

  async #subjectOf({ accountId, epoch, data }: Proof): Promise<Subject | null> {
    if (accountId === null) return isWaiting(data) ? data : null;
    const account = await this.repository.find(accountId);
    return account?.active === true && account.epoch === epoch ? { account } : null;
  }

  /** The mail of an account that exists was caused by somebody who may not be its owner: it is never enough by itself. */
  async #isOwnBrowser(exchange: Exchange, subject: Subject): Promise<boolean> {
    return 'browser' in subject && isBrowser(await exchange.readonlySession(), subject.browser);
  }

  /** @throws AccountsException without the password of the registration, or after five wrong ones */
  async #checkPassword(proof: Proof, subject: Subject, password: string | null): Promise<void> {
    if (password === null) throw new AccountsException(401, 'PASSWORD_NEEDED', { password: ['PASSWORD_NEEDED'] });
    if (!(await this.sending.admitsTry(proof.id, this.config.options.confirmation.validFor))) throw invalidToken();
    const hash = 'account' in subject ? subject.account.password : subject.registration.password;
    if (await this.passwords.verify(hash, password)) return;
    throw new AccountsException(401, 'PASSWORD_NEEDED', { password: ['WRONG_PASSWORD'] });
  }

  async #complete(subject: Subject): Promise<StoredAccount> {
    const now = new Date(this.runtime.now());
    if ('account' in subject) return this.#confirmAccount(subject.account, now);
    const result = await this.maker.make(subject.registration, now);
    if ('created' in result) return result.created;
    // The first registration that is confirmed wins; the others have come to nothing.
    throw result.taken === 'username' ? invalid({ username: ['USERNAME_TAKEN'] }) : invalidToken();
  }

  async #confirmAccount(account: StoredAccount, now: Date): Promise<StoredAccount> {
    let known = account;
    while (known.epoch === account.epoch) {
      const result = await this.repository.update(changedAccount(known, { emailConfirmedAt: now }), known.version);
      if ('updated' in result) return result.updated;
      if (!('conflict' in result)) break;
      known = result.conflict;
    }
    throw invalidToken();
  }
}

function invalidToken(): AccountsException {
  return invalid({ token: ['TOKEN_INVALID'] });
}

function isInvalidToken(error: unknown): boolean {
  return error instanceof AccountsException && error.fields?.['token'] !== undefined;
}

/** A proof is only ever what this module has sealed; an earlier version of it may have sealed something else. */
function isWaiting(data: unknown): data is Waiting {
  return typeof data === 'object' && data !== null && 'registration' in data && 'browser' in data;
}
