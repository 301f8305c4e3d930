import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { SessionObject } from '../../session/session.js';
import { AccountsConfig } from '../accounts-config.js';
import { MailboxOwner } from '../confirmation/mailbox-owner.js';
import { AccountValueError } from '../errors.js';
import { AccountEvents } from '../events/account-events.js';
import { browserOf, isBrowser, markBrowser } from '../http/browser-mark.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException, invalid } from '../http/accounts.exception.js';
import { AccountMails } from '../mail/account-mails.js';
import { AfterAnswer } from '../mail/after-answer.js';
import { SendingLimits } from '../mail/sending-limits.js';
import { Proofs, type Claim, type Proof } from '../proofs/proofs.js';
import { accountOf, type Account, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { normalEmail, type NormalEmail } from '../repository/normal-form.js';
import { newLoginCode, readLoginCode } from './login-code.js';

/** The options of a login by email. @publicApi */
export interface MailLoginRequest {
  /** Whether to remember the login on this device. Default: no. */
  readonly remember?: boolean | undefined;
  /** Where to redirect the browser after the login; untrusted. */
  readonly next?: unknown;
  /** The client's network address, for the page of the link. Default: unknown. */
  readonly address?: string | undefined;
  /** The client's `User-Agent`, for the page of the link. Default: unknown. */
  readonly userAgent?: string | undefined;
  /** The client's `Accept-Language`, for accounts without a language of their own. */
  readonly acceptLanguage?: string | undefined;
}

/** The token of the link in the email, or its code. @publicApi */
export type MailLoginProof = { readonly token: string } | { readonly code: string };

/** The account that an email has proved. Pass it to {@link AccountsService.enter}, with `['mail']` as the factors. @publicApi */
export interface MailLoginResult {
  readonly account: Account;
  /** The account's epoch, for `enter()`. */
  readonly epoch: number;
  readonly remember: boolean;
  /** As it was given; untrusted. */
  readonly next: unknown;
}

/** What the page of a link that was opened in another browser says. */
export interface ElsewhereFacts {
  /** Null: it has expired, which the link has not. */
  readonly code: string | null;
  readonly at: number;
  readonly address: string;
  readonly userAgent: string;
}

/** What a proof contains, sealed. */
interface MailLoginData extends ElsewhereFacts {
  readonly code: string;
  /** The hash of the mark of the browser that has asked. */
  readonly browser: string;
  readonly remember: boolean;
  readonly next: string | null;
}

const purpose = 'login';
/** In ms. */
const longestCode = 10 * 60_000;
/** A longer place to go to is not kept, in characters. */
const longestNext = 2_000;

/** Logs in with a link or a code in an email, for your own pages and API. @publicApi */
@Injectable()
export class MailLoginService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly proofs: Proofs,
    private readonly repository: AccountRepository,
    private readonly owner: MailboxOwner,
    private readonly sending: SendingLimits,
    private readonly mails: AccountMails,
    private readonly afterAnswer: AfterAnswer,
    private readonly paths: AccountPaths,
    private readonly events: AccountEvents,
    private readonly runtime: SessionRuntime,
  ) {}

  /**
   * Sends a link and a code to an address, if it has an account. That happens later, so neither the time of this call nor its effect on the
   * session reveals whether there is one. The login is bound to the session; a previous email that this session requested becomes invalid.
   *
   * @throws AccountValueError for an invalid address
   */
  send(session: SessionObject, email: string, request: MailLoginRequest = {}): void {
    const normal = normalEmail(email);
    if (normal === null) throw new AccountValueError('email', 'it is not a valid address.');
    const browser = markBrowser(session);
    const { remember = false, next, address = '', userAgent = '', acceptLanguage } = request;
    const data: MailLoginData = {
      ...{ browser, remember, address, userAgent },
      next: typeof next === 'string' && next.length <= longestNext ? next : null,
      at: this.runtime.now(),
      code: newLoginCode(),
    };
    this.afterAnswer.run(() => this.#send(normal, data, acceptLanguage));
  }

  /**
   * Uses up a token or code, and returns the account that it proves.
   *
   * @throws AccountsException 400 for a token or code that is wrong, expired or used; 401 `OTHER_BROWSER` for a link that another session
   * requested
   */
  async redeem(session: SessionObject, proof: MailLoginProof): Promise<MailLoginResult> {
    const claim =
      'token' in proof ? await this.#claimLink(session, proof.token) : await this.#claimCode(session, proof.code);
    const { data, account } = await this.#ownerOf(claim);
    // Before anybody is logged in: a login cannot be made on the condition that it has not been made yet.
    await claim.complete();
    return { account: accountOf(account), epoch: account.epoch, remember: data.remember, next: data.next };
  }

  /** What the page of a link shows in another browser than the one that has asked; null: it is that browser, or the link is void. */
  async elsewhere(session: SessionObject, token: string): Promise<ElsewhereFacts | null> {
    const data = dataOf(await this.proofs.read(purpose, token));
    if (data === null || isBrowser(session, data.browser)) return null;
    return { ...data, code: this.runtime.now() - data.at < longestCode ? data.code : null };
  }

  async #send({ email, key }: NormalEmail, data: MailLoginData, acceptLanguage: string | undefined): Promise<void> {
    if (!(await this.sending.admits('login', key))) return;
    const found = await this.repository.findBy('email', key);
    const account = found?.active === true ? found : null;
    const { validFor } = this.config.options.mailLogin;
    // Where there is no account as well: wrong codes are then counted alike.
    const token = await this.proofs.issue({
      ...{ purpose, data, validFor, newest: 1, sharedBy: data.browser },
      accountId: account?.id ?? null,
      epoch: account?.epoch ?? 0,
      code: { text: data.code, validFor: Math.min(validFor, longestCode) },
    });
    const link = this.paths.link('/login/mail', token, this.config.options.links.mailLogin);
    const { code, at, address, userAgent } = data;
    const said = { link, token, code, validFor, at, address, userAgent };
    if (account === null) {
      // As much work, which may still be going on when the answer is sent.
      this.mails.rehearse('login', { email, locale: null }, acceptLanguage, said);
      return;
    }
    this.events.tell('mailLoginRequested', { userId: account.id, address });
    await this.mails.send('login', account, acceptLanguage, said);
  }

  async #claimLink(session: SessionObject, token: string): Promise<Claim> {
    const data = dataOf(await this.proofs.read(purpose, token));
    if (data === null) throw invalid({ token: ['TOKEN_INVALID'] });
    if (!isBrowser(session, data.browser)) throw new AccountsException(401, 'OTHER_BROWSER');
    return this.#claim(token, 'token', 'TOKEN_INVALID');
  }

  /** A code is looked up among what this session has asked for. */
  async #claimCode(session: SessionObject, typed: string): Promise<Claim> {
    const code = readLoginCode(typed);
    const browser = browserOf(session);
    const asked = browser && (await this.proofs.newestOf(purpose, browser));
    if (browser === null || asked === null || !(await this.sending.admitsTry(asked, longestCode)) || code === null) {
      throw invalid({ code: ['CODE_INVALID'] });
    }
    return this.#claim(this.proofs.tokenOfCode(purpose, browser, code), 'code', 'CODE_INVALID');
  }

  async #claim(token: string, field: string, code: string): Promise<Claim> {
    // For all of its time: should it not be deleted, it stays used.
    const claim = await this.proofs.claim(purpose, token, { leaseMs: this.config.options.mailLogin.validFor });
    if (claim === null) throw invalid({ [field]: [code] });
    return claim;
  }

  async #ownerOf(claim: Claim): Promise<{ readonly data: MailLoginData; readonly account: StoredAccount }> {
    let account: StoredAccount | null;
    const data = dataOf(claim.proof);
    try {
      account = data && (await this.#accountOf(claim.proof, data));
    } catch (error) {
      // Once an account has been emptied, its epoch is another one: the mail is void nevertheless.
      await claim.release();
      throw error;
    }
    if (account !== null && data !== null) return { data, account };
    await claim.complete();
    throw invalid({ token: ['TOKEN_INVALID'] });
  }

  async #accountOf({ accountId, epoch }: Proof, client: MailLoginData): Promise<StoredAccount | null> {
    const account = accountId === null ? null : await this.repository.find(accountId);
    if (account?.active !== true || account.epoch !== epoch) return null;
    return this.owner.takeOver(account, { acceptLanguage: undefined, client });
  }
}

/** A proof is only ever what this module has sealed; an earlier version of it may have sealed something else. */
function dataOf(proof: Proof | null): MailLoginData | null {
  const data = proof?.data;
  return typeof data === 'object' && data !== null && 'browser' in data && 'code' in data
    ? (data as MailLoginData)
    : null;
}
