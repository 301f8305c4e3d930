import { Injectable } from '@nestjs/common';
import { LoginLimiter } from '../../auth/limiter/login-limiter.js';
import { SessionAbilityMissingError } from '../../errors.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountEvents } from '../events/account-events.js';
import { MailboxOwner } from '../confirmation/mailbox-owner.js';
import { Entrance } from '../gate/entrance.js';
import type { Answer } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { invalid } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { atNextStep } from '../http/pace.js';
import { AccountPasswords } from '../login/account-passwords.js';
import { guessedName } from '../login/identities.js';
import { AccountMails } from '../mail/account-mails.js';
import { AfterAnswer } from '../mail/after-answer.js';
import { SendingLimits } from '../mail/sending-limits.js';
import { SecurityNotices } from '../not-me/security-notices.js';
import { Proofs, type Claim, type Proof } from '../proofs/proofs.js';
import { changedAccount, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';

/** How many links for one account are valid at a time: an older one than these is not any more. */
const newestResets = 3;

/** Sets a new password for who has lost the one they had, by a link in a mail. */
@Injectable()
export class RecoveryService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
    private readonly passwords: AccountPasswords,
    private readonly proofs: Proofs,
    private readonly owner: MailboxOwner,
    private readonly entrance: Entrance,
    private readonly limiter: LoginLimiter,
    private readonly sending: SendingLimits,
    private readonly mails: AccountMails,
    private readonly events: AccountEvents,
    private readonly notices: SecurityNotices,
    private readonly afterAnswer: AfterAnswer,
    private readonly paths: AccountPaths,
    private readonly runtime: SessionRuntime,
  ) {}

  async recover(exchange: Exchange): Promise<Answer> {
    const begunAt = performance.now();
    const input = new Input(exchange.body);
    const { key, email } = input.email('email');
    input.check();
    const {
      acceptLanguage,
      client: { address },
    } = exchange;
    await this.sending.countFrom(address);
    this.afterAnswer.run(async () => {
      if (!(await this.sending.admits('reset', key))) return;
      const account = await this.repository.findBy('email', key);
      if (account === null || !isOpen(account)) {
        await this.#rehearse(email, acceptLanguage);
        return;
      }
      this.events.tell('resetRequested', { userId: account.id, address });
      // To its own address, which may be spelled differently from what was typed.
      await this.#send(account, acceptLanguage);
    });
    await atNextStep(begunAt);
    return { status: 202, body: { status: 'sent' }, done: 'recover.done' };
  }

  async reset(exchange: Exchange): Promise<Answer> {
    const input = new Input(exchange.body);
    const token = input.token('token');
    const password = input.password('password');
    input.check();
    const proof = await this.proofs.read('reset', token);
    const account = proof && (await this.#ownerOf(proof));
    if (account === null) throw invalid({ token: ['TOKEN_INVALID'] });
    // Judged before the token is used: a weak password uses nothing up.
    const problems = await this.passwords.judge(password, account.email, account.username);
    for (const code of problems) input.refuse('password', code);
    input.check();
    const hash = await this.passwords.hash(password);
    const claim = await this.proofs.claim('reset', token);
    if (claim === null) throw invalid({ token: ['TOKEN_INVALID'] });
    const updated = await this.#update(claim, hash, exchange);
    if (updated === null) throw invalid({ token: ['TOKEN_INVALID'] });
    const event = { userId: updated.id, address: exchange.client.address };
    this.events.tell('passwordReset', event);
    if (account.emailConfirmedAt === null) this.events.tell('emailConfirmed', event);
    await this.#forgetGuesses(updated);
    this.notices.send('password-changed', { before: account, exchange });
    return { status: 200, body: { status: 'reset' }, done: 'reset.done' };
  }

  async #send(account: StoredAccount, acceptLanguage: string | undefined): Promise<void> {
    const { validFor } = this.config.options.recovery;
    const token = await this.proofs.issue({
      purpose: 'reset',
      accountId: account.id,
      epoch: account.epoch,
      data: {},
      validFor,
      newest: newestResets,
    });
    const link = this.paths.link('/reset', token, this.config.options.links.reset);
    const username =
      this.config.options.usernames.enabled && account.username !== null ? { username: account.username } : {};
    await this.mails.send('reset', account, acceptLanguage, { link, token, validFor, ...username });
  }

  /** The work of {@link #send}, which may still be going on when the answer is sent. */
  async #rehearse(email: string, acceptLanguage: string | undefined): Promise<void> {
    const { validFor } = this.config.options.recovery;
    const token = await this.proofs.rehearse({ purpose: 'reset', data: {}, validFor });
    const link = this.paths.link('/reset', token, this.config.options.links.reset);
    this.mails.rehearse('reset', { email, locale: null }, acceptLanguage, { link, token, validFor });
  }

  /** The account of a proof, if that still holds. */
  async #ownerOf({ accountId, epoch }: Proof): Promise<StoredAccount | null> {
    const account = accountId === null ? null : await this.repository.find(accountId);
    return account !== null && isOpen(account) && account.epoch === epoch ? account : null;
  }

  /** Null: something else has ended the account's sessions in the meantime, and with them the proof. */
  async #update(claim: Claim, password: string, exchange: Exchange): Promise<StoredAccount | null> {
    let updated: StoredAccount | null;
    try {
      const found = await this.#ownerOf(claim.proof);
      const own = found?.emailConfirmedAt === null ? await this.owner.empty(found, exchange) : found;
      updated = own && (await this.#setPassword(own, password));
    } catch (error) {
      // Once an account has been emptied, its epoch is another one: the link is void nevertheless.
      await claim.release();
      throw error;
    }
    if (updated !== null) await this.entrance.endAll(updated.id, null);
    await claim.complete();
    return updated;
  }

  /** Null: something else has raised the epoch, or closed the account. */
  async #setPassword(account: StoredAccount, password: string): Promise<StoredAccount | null> {
    let known = account;
    for (;;) {
      const now = new Date(this.runtime.now());
      const changed = changedAccount(known, {
        password,
        passwordChangedAt: now,
        // Who has the mail has the address.
        emailConfirmedAt: known.emailConfirmedAt ?? now,
        epoch: known.epoch + 1,
        state: { ...known.state, resetOwed: false, apiKeysSince: known.epoch + 1 },
      });
      const result = await this.repository.update(changed, known.version);
      if ('updated' in result) return result.updated;
      if (!('conflict' in result) || result.conflict.epoch !== account.epoch || !isOpen(result.conflict)) return null;
      known = result.conflict;
    }
  }

  /** Who has set a new password is not kept waiting for the guesses of others. */
  async #forgetGuesses({ emailKey }: StoredAccount): Promise<void> {
    try {
      await this.limiter.forget(guessedName(emailKey));
    } catch (error) {
      // Where guesses cannot be forgotten, they expire.
      if (!(error instanceof SessionAbilityMissingError)) this.runtime.report(error);
    }
  }
}

/** Not one whose change was reported: who has the mailbox alone does not open that again. */
function isOpen({ active, state }: StoredAccount): boolean {
  return active && state.frozen !== true;
}
