import { Injectable } from '@nestjs/common';
import { factsOf } from '../../auth/login.js';
import { CsrfConfig } from '../../auth/csrf/csrf-config.js';
import { CsrfService } from '../../auth/csrf/csrf.service.js';
import { requestOf } from '../../auth/request-of.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { stateOf, type SessionObject } from '../../session/session.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountEvents } from '../events/account-events.js';
import { AccountFactors } from '../factors/account-factors.js';
import { AccountGate } from '../gate/account-gate.js';
import { withEpoch } from '../gate/gate.feature.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException } from '../http/accounts.exception.js';
import { exchangeOf, type Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { CurrentAccount } from '../login/current-account.js';
import { AccountMails } from '../mail/account-mails.js';
import { AfterAnswer } from '../mail/after-answer.js';
import { MessageCatalog } from '../messages/messages.js';
import type { Html } from '../pages/html.js';
import { accountOf, type Account, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { ImpersonationCheck } from './impersonation-check.js';
import { extrasOf, impersonationOf, keptIn, noteImpersonation, type Impersonation } from './impersonation.js';
import { impersonationBanner } from './impersonation.page.js';
import { OwnSession } from './own-session.js';

/** In bytes. */
const longestId = 255;
const longestReason = 1_000;

/** The user to impersonate, and why. @publicApi */
export interface ImpersonationRequest {
  /** The id of the account. */
  readonly account: string;
  /** The reason. Required unless `impersonation.reason` is off. */
  readonly reason?: string | undefined;
}

/** An impersonation that has started. @publicApi */
export interface BegunImpersonation extends Impersonation {
  /** The user. */
  readonly account: Account;
}

/** Lets administrators impersonate users for a while. @publicApi */
@Injectable()
export class ImpersonationService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly current: CurrentAccount,
    private readonly repository: AccountRepository,
    private readonly factors: AccountFactors,
    private readonly gate: AccountGate,
    private readonly check: ImpersonationCheck,
    private readonly own: OwnSession,
    private readonly events: AccountEvents,
    private readonly mails: AccountMails,
    private readonly afterAnswer: AfterAnswer,
    private readonly messages: MessageCatalog,
    private readonly paths: AccountPaths,
    private readonly csrfConfig: CsrfConfig,
    private readonly csrf: CsrfService,
    private readonly runtime: SessionRuntime,
  ) {}

  /**
   * Starts to impersonate an account, as the administrator who is logged in. Their own session continues after {@link end}.
   *
   * @param session the session of the request, as `@Session()` injects it
   * @throws AccountsException 401 `VERIFICATION_REQUIRED` unless all factors of the administrator were proved within 15 minutes; 403
   * `ROLE_REQUIRED`, `IMPERSONATING`, `ACCOUNT_PROTECTED`; 404 `ACCOUNT_UNKNOWN`; 409 `ACCOUNT_CLOSED`, `ACCOUNT_OWN`; 400 for invalid
   * input
   * @throws UnauthorizedException if nobody is logged in
   * @throws NotFoundException if the feature is off
   */
  start(session: SessionObject, request: ImpersonationRequest): Promise<BegunImpersonation> {
    this.config.assertHas('impersonation');
    return this.begin(exchangeOf(session, request));
  }

  /**
   * Ends the impersonation, and continues the administrator's own login with a new session id. Null: that login has ended in the meantime.
   *
   * @throws AccountsException 409 `NOT_IMPERSONATING`
   */
  async end(session: SessionObject): Promise<Account | null> {
    const { auth } = stateOf(session);
    const kept = keptIn(auth);
    const running = this.of(session);
    if (auth === null || kept === null || running === null) throw new AccountsException(409, 'NOT_IMPERSONATING');
    const address = requestOf(session)?.client.address ?? '';
    await this.runtime.repository.destroy(session);
    this.events.tell('impersonationEnded', { userId: String(auth.userId), by: kept.by, address, reason: 'ended' });
    return (await this.own.resume(session, kept)) ? running.impersonator : null;
  }

  /** The impersonation of a request's session; null: none. */
  of(session: SessionObject): Impersonation | null {
    return impersonationOf(session);
  }

  /**
   * A banner for pages of the application that shows the impersonated user, with a button that ends the impersonation. It has the class
   * `impersonation`, and no style. Null: there is no impersonation.
   *
   * @param locale the language, such as `de`. Default: the option `locale`
   */
  async banner(session: SessionObject, locale = this.config.options.locale): Promise<Html | null> {
    const running = this.of(session);
    const id = stateOf(session).auth?.userId;
    const account = running !== null && typeof id === 'string' ? await this.repository.find(id) : null;
    if (running === null || account === null) return null;
    const csrf = { field: this.csrfConfig.options.field, token: this.csrf.token(session) };
    const texts = this.messages.textsFor(locale, undefined);
    const place = { ...running, account: accountOf(account) };
    return impersonationBanner(place, texts, this.paths.page('/impersonate/end'), csrf);
  }

  /** For the package itself. @param exchange with the fields of an {@link ImpersonationRequest}, untrusted */
  async begin(exchange: Exchange): Promise<BegunImpersonation> {
    const input = new Input(exchange.body);
    const id = input.text('account', longestId);
    const reason = this.config.options.impersonation.reason
      ? input.text('reason', longestReason)
      : (input.optionalText('reason', longestReason) ?? '');
    input.check();
    const administrator = await this.current.of(exchange);
    const session = await exchange.session();
    if (keptIn(stateOf(session).auth) !== null) throw new AccountsException(403, 'IMPERSONATING');
    if (!(await this.check.isAdministrator(administrator))) throw new AccountsException(403, 'ROLE_REQUIRED');
    if (!(await this.factors.isFresh(exchange, administrator))) {
      throw new AccountsException(401, 'VERIFICATION_REQUIRED');
    }
    const account = await this.#accountFor(administrator, id);
    const impersonation = await this.#enter(exchange, session, administrator, account);
    const { address } = exchange.client;
    const until = impersonation.until.getTime();
    this.events.tell('impersonationStarted', { userId: account.id, by: administrator.id, address, reason, until });
    if (this.config.options.impersonation.notify) this.#notify(account);
    return { ...impersonation, account: accountOf(account) };
  }

  #notify({ email, locale }: StoredAccount): void {
    const at = this.runtime.now();
    this.afterAnswer.run(() => this.mails.send('impersonated', { email, locale }, undefined, { at }));
  }

  async #accountFor(administrator: StoredAccount, id: string): Promise<StoredAccount> {
    if (id === administrator.id) throw new AccountsException(409, 'ACCOUNT_OWN');
    const account = await this.repository.find(id);
    if (account === null) throw new AccountsException(404, 'ACCOUNT_UNKNOWN');
    if (await this.check.isProtected(account)) throw new AccountsException(403, 'ACCOUNT_PROTECTED');
    const reason = await this.gate.mayEnter(account, { way: 'impersonation', factors: [], epoch: account.epoch });
    if (reason !== null) throw new AccountsException(409, 'ACCOUNT_CLOSED');
    return account;
  }

  /** Not by AuthService.login(): it is no login of the account's owner, counts as none, and displaces none of theirs. */
  async #enter(
    exchange: Exchange,
    session: SessionObject,
    administrator: StoredAccount,
    account: StoredAccount,
  ): Promise<Impersonation> {
    const { id: by } = administrator;
    const now = this.runtime.now();
    const until = now + this.config.options.impersonation.maxDuration;
    const { epoch } = stateOf(session).auth ?? {};
    const login = factsOf(account.id, now, exchange.client, { fresh: false });
    // It ends with that of the administrator when everybody is logged out.
    const facts = epoch === undefined ? login : { ...login, epoch };
    const kept = { by, sealedId: await this.own.leave(session, by), until };
    try {
      const entered = { ...facts, extras: extrasOf(kept) };
      await this.runtime.repository.login(session, withEpoch(entered, account.epoch));
    } catch (error) {
      await this.own.resume(session, kept);
      throw error;
    }
    const impersonation = { impersonator: accountOf(administrator), until: new Date(until) };
    noteImpersonation(session, impersonation);
    return impersonation;
  }
}
