import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountEvents } from '../events/account-events.js';
import type { FactorMethod } from '../factors/factor-method.js';
import { FactorMethods } from '../factors/factor-methods.js';
import { factorTries } from '../factors/factor-tries.js';
import type { Answer } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { AccountMails } from '../mail/account-mails.js';
import { AfterAnswer } from '../mail/after-answer.js';
import type { Texts } from '../messages/messages.js';
import { placeText } from '../messages/place.js';
import { PasswordService } from '../passwords/password.service.js';
import { LastingProofs, type LastingProof } from '../proofs/lasting-proofs.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { AccountRestorer, invalidToken } from './account-restorer.js';
import { credentialKinds, FactorHistory } from './factor-history.js';
import { hadSecondFactor, readSnapshot, type Snapshot } from './snapshot.js';

/** What a lasting proof is for: the report of a change, and the undoing of a change of the address. */
export type RestoringPurpose = 'not-me' | 'undo';

/** What a request proves besides its link. */
interface Proved {
  /** Null: with the password of before. */
  readonly method: FactorMethod | null;
}

/** What a link is about. */
interface Subject {
  readonly proof: LastingProof;
  readonly snapshot: Snapshot;
  readonly account: StoredAccount;
  /** Whether the link is not enough: a factor or, with a second factor, the address would change by it, or the account is closed. */
  readonly needsFactor: boolean;
}

const longestToken = 512;
const longestMethod = 64;

/**
 * Restores accounts to what they were before a change that was not their owner's. Whoever has the mailbox alone can close an account, and
 * never take a second factor away, put one back, or get the address of an account that had one.
 */
@Injectable()
export class Restoring {
  constructor(
    private readonly config: AccountsConfig,
    private readonly proofs: LastingProofs,
    private readonly repository: AccountRepository,
    private readonly history: FactorHistory,
    private readonly restorer: AccountRestorer,
    private readonly passwords: PasswordService,
    private readonly methods: FactorMethods,
    private readonly mails: AccountMails,
    private readonly afterAnswer: AfterAnswer,
    private readonly events: AccountEvents,
    private readonly paths: AccountPaths,
    private readonly runtime: SessionRuntime,
  ) {}

  /** What the page of a link says; nothing for one that is not valid. */
  async details(
    purpose: RestoringPurpose,
    exchange: Exchange,
    texts: Texts,
  ): Promise<Readonly<Record<string, string>>> {
    const token = exchange.query('token') ?? new Input(exchange.body).optionalText('token', longestToken);
    const subject = token === null ? null : await this.#subjectOf(purpose, token);
    if (subject === null) return {};
    const { snapshot, needsFactor } = subject;
    const asked = needsFactor && snapshot.password !== null ? { password: 'yes' } : {};
    const isLocking = snapshot.password !== null && !this.config.has('recovery');
    return {
      ...asked,
      ...(isLocking ? { locks: 'yes' } : {}),
      what: texts.text(`notMe.what.${snapshot.kind}`),
      place: placeText(texts, snapshot),
      ...(needsFactor ? { needsFactor: 'yes' } : {}),
    };
  }

  async use(purpose: RestoringPurpose, exchange: Exchange): Promise<Answer> {
    const input = new Input(exchange.body);
    const token = input.token('token');
    const password = input.optionalPassword('password');
    const code = input.has('code') ? 'totp' : null;
    const method = input.optionalText('method', longestMethod) ?? code;
    input.check();
    const subject = await this.#subjectOf(purpose, token);
    if (subject === null) throw invalidToken();
    const proved = await this.#proves(exchange, subject, input, password, method);
    const isEnough = proved !== null || !subject.needsFactor;
    if (!isEnough && subject.account.state.frozen === true) {
      await this.#voidLater(subject);
      throw new AccountsException(401, 'FACTOR_NEEDED');
    }
    const claim = await this.proofs.claim(purpose, token);
    if (claim === null) throw invalidToken();
    let restored: StoredAccount | null = null;
    try {
      if (isEnough) restored = await this.restorer.restore(subject.account, subject.snapshot, proved !== null);
      if (restored === null) await this.restorer.close(subject.account);
      await this.#voidLater(subject);
    } catch (error) {
      await claim.release();
      throw error;
    }
    const isClosed = restored === null;
    if (restored === null) {
      // So that the owner can come back with a factor.
      await claim.release();
      this.#tellClosed(purpose, token, subject, exchange);
    } else {
      await claim.complete();
      // Only now: as it was, the account may have another's address, and the link of this mail would bring that back.
      await proved?.method?.notice?.(exchange, restored);
    }
    const { address } = exchange.client;
    const userId = subject.account.id;
    const isLocked = restored?.state.resetOwed === true && !this.config.has('recovery');
    if (restored !== null && isLocked) this.#tellLocked(restored, exchange);
    this.events.tell('notMe', { userId, address, restored: !isClosed, locked: isLocked });
    if (purpose === 'undo' && !isClosed) this.events.tell('emailChangeUndone', { userId, address });
    if (isClosed) return { status: 200, body: { status: 'frozen' }, done: 'notMe.frozen' };
    return isLocked
      ? { status: 200, body: { status: 'locked' }, done: 'notMe.locked' }
      : { status: 200, body: { status: 'restored' }, done: 'notMe.done' };
  }

  async #subjectOf(purpose: RestoringPurpose, token: string): Promise<Subject | null> {
    const proof = await this.proofs.read(purpose, token);
    const snapshot = readSnapshot(proof?.data);
    const account = proof && (await this.repository.find(proof.accountId));
    if (proof === null || snapshot === null || account === null || this.restorer.isLost(account)) return null;
    const isMoved = snapshot.emailKey !== account.emailKey && hadSecondFactor(snapshot);
    // Who has closed it has done so since the link was not enough, even if it was another one.
    const isFrozen = account.state.frozen === true;
    const needsFactor = isFrozen || isMoved || (await this.#hasOtherFactors(account, snapshot));
    return { proof, snapshot, account, needsFactor };
  }

  /** The links of what has happened since: whoever caused it knows the factors of that time. */
  #voidLater({ account, proof }: Subject): Promise<void> {
    return this.proofs.voidSince(account.id, ['not-me', 'undo'], proof.issuedAt, proof);
  }

  /** Whether restoring would take a factor away, or put one back. */
  async #hasOtherFactors({ id }: StoredAccount, { factors }: Snapshot): Promise<boolean> {
    const had = new Set(factors.map((factor) => factor.id));
    const has = new Set((await this.history.of(id)).map((factor) => factor.id));
    const removed = await this.history.removed(id);
    return [...has].some((one) => !had.has(one)) || [...had].some((one) => !has.has(one) && removed.has(one));
  }

  /** A factor that the account had before the change; null: the request has none. @throws AccountsException for one that is wrong */
  async #proves(
    exchange: Exchange,
    subject: Subject,
    input: Input,
    password: string | null,
    method: string | null,
  ): Promise<Proved | null> {
    const { account, snapshot, needsFactor } = subject;
    if (!needsFactor || (password === null && method === null)) return null;
    const other = password === null ? await this.methods.find(account, method ?? '', ['second', 'backup']) : null;
    const check =
      password === null
        ? await this.#checkOf(exchange, subject, input, other)
        : async () => snapshot.password !== null && (await this.passwords.verify(snapshot.password, password));
    if (await exchange.attempts.attempt(factorTries(account), check)) return { method: other };
    throw new AccountsException(401, 'FACTOR_WRONG', { [password === null ? 'code' : 'password']: ['FACTOR_WRONG'] });
  }

  /** The check of another second factor: only while the account has none of its kind that it did not have before the change. */
  async #checkOf(
    exchange: Exchange,
    { account, snapshot }: Subject,
    input: Input,
    method: FactorMethod | null,
  ): Promise<() => Promise<boolean>> {
    if (method === null) input.refuse('method', 'METHOD_UNKNOWN');
    const check = method?.read(input);
    input.check();
    const had = new Set(snapshot.factors.map(({ id }) => id));
    const factors = await this.history.of(account.id);
    // A mailbox that stands in for a second factor has none: whoever has the link has that.
    const ofKind = factors.filter(({ kind }) => kind === credentialKinds[method?.name ?? '']);
    const areOld = ofKind.length > 0 && ofKind.every(({ id }) => had.has(id));
    return async () => areOld && check !== undefined && (await check(exchange, account, false)) !== null;
  }

  /** As it was before, and nobody gets in: who has the present password may not, and the owner cannot set another one. */
  #tellLocked({ email, locale }: StoredAccount, { acceptLanguage, client: { address, userAgent } }: Exchange): void {
    const happened = { at: this.runtime.now(), address, userAgent };
    this.afterAnswer.run(() => this.mails.send('frozen', { email, locale }, acceptLanguage, happened));
  }

  #tellClosed(purpose: RestoringPurpose, token: string, { snapshot, account }: Subject, exchange: Exchange): void {
    const { acceptLanguage, client } = exchange;
    const { address, userAgent } = client;
    const { links } = this.config.options;
    const link =
      purpose === 'undo'
        ? this.paths.link('/email/undo', token, links.emailUndo)
        : this.paths.link('/not-me', token, links.notMe);
    const to = { email: snapshot.email, locale: account.locale };
    const { at } = snapshot;
    this.afterAnswer.run(() => this.mails.send('frozen', to, acceptLanguage, { link, at, address, userAgent }));
  }
}
