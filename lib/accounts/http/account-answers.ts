import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { AuthService } from '../../auth/auth.service.js';
import { CsrfConfig } from '../../auth/csrf/csrf-config.js';
import { CsrfService } from '../../auth/csrf/csrf.service.js';
import { TooManyAttemptsException } from '../../auth/limiter/too-many-attempts.exception.js';
import { auditContext } from '../audit/audit-context.js';
import { AuditWriter } from '../audit/audit-writer.js';
import { AccountsConfig } from '../accounts-config.js';
import { MessageCatalog, type Texts } from '../messages/messages.js';
import { defaultPages } from '../pages/default-pages.js';
import { html } from '../pages/html.js';
import { defaultLayout } from '../pages/layout.js';
import { OAuthProviders } from '../oauth/oauth-providers.js';
import { noncesOf, type PageNonces } from '../pages/nonces.js';
import type { AdministrationShown } from '../admin/administered-account.js';
import type { ApiKeysShown, FactorsShown, OAuthShown, PageContext, PageName } from '../pages/page.js';
import type { Account } from '../repository/account.js';
import { AccountPaths } from './account-paths.js';
import { AccountsException, bodyOf, tooManyRequests } from './accounts.exception.js';
import type { Exchange } from './exchange.js';
import { isAllowedWhileImpersonated } from '../impersonation/impersonation.decorators.js';
import { impersonationOf, isImpersonated } from '../impersonation/impersonation.js';
import type { MessageKey } from '../messages/english.js';
import type { ShownPasskeys } from '../passkeys/shown-passkeys.js';
import type { ListedSession } from '../sessions/listed-session.js';

/** What a route answers. */
export interface Answer {
  readonly status: number;
  /** For JSON; undefined: no body. */
  readonly body?: object;
  /** Where a browser goes instead, as a path for browsers. */
  readonly goTo?: string;
  /** The page that a browser gets, if not that of the route. */
  readonly page?: PageOf;
  /** What the page of the route says to a browser, that it is done. */
  readonly done?: MessageKey;
  /** A browser gets the JSON as well, as a file with this name. */
  readonly file?: string;
}

/** The page of a route: the form that is shown again when its input is rejected. */
export interface PageOf {
  readonly page: PageName;
  /** The fields that are shown again; never a password. */
  readonly shown?: readonly string[];
  readonly needsPassword?: (exchange: Exchange) => Promise<boolean>;
  /** What the page is about. */
  readonly details?: (exchange: Exchange, texts: Texts) => Promise<PageContext['details']>;
  /** The passkeys that it shows. */
  readonly passkeys?: (exchange: Exchange) => Promise<ShownPasskeys>;
  /** The devices that the page lists. */
  readonly sessions?: (exchange: Exchange) => Promise<readonly ListedSession[]>;
  /** What it shows of second factors. */
  readonly factors?: (exchange: Exchange) => Promise<Partial<FactorsShown>>;
  /** The API keys that it shows. */
  readonly apiKeys?: (exchange: Exchange) => Promise<ApiKeysShown>;
  /** The accounts at other providers that it shows. */
  readonly oauth?: (exchange: Exchange) => Promise<OAuthShown['links']>;
  /** What it shows of accounts to an administrator. */
  readonly administration?: (exchange: Exchange) => Promise<AdministrationShown>;
  /** The page to return to, once the login is fresh enough. Default: none. */
  readonly returnTo?: string;
}

/** Of a page that is not about them. */
const noFactors: FactorsShown = {
  methods: [],
  waitsFor: null,
  trustFor: null,
  isMailbox: false,
  list: [],
  recoveryCodes: 0,
  setUp: null,
  phoneSetUp: null,
  phones: [],
  codes: [],
};

const noAdministration: AdministrationShown = { accounts: [], next: null, account: null, roles: [], invitations: [] };

const noApiKeys: ApiKeysShown = { list: [], scopes: [], created: null };

/** As much of a value as is shown again, in characters. */
const longestShown = 500;

/** Headers of everything that the module answers. */
const headers: readonly (readonly [string, string])[] = [
  ['Cache-Control', 'no-store'],
  // Not no-referrer: browsers would then send `Origin: null` with the form.
  ['Referrer-Policy', 'strict-origin'],
  ['X-Content-Type-Options', 'nosniff'],
];

/** @param formActions where forms lead besides this site: browsers look at redirects, too */
function policyOf(formActions: readonly string[], hasScript: boolean): string {
  const actions = ["'self'", ...formActions].join(' ');
  const policy = `default-src 'none'; style-src 'self'; img-src 'self'; form-action ${actions}; base-uri 'none'; frame-ancestors 'none'`;
  // Passkeys have a script, which asks for what it needs.
  return hasScript ? `${policy}; script-src 'self'; connect-src 'self'` : policy;
}

/** Answers by itself, so that no interceptor and no filter of the application changes what the contract says. */
@Injectable()
export class AccountAnswers {
  constructor(
    private readonly config: AccountsConfig,
    private readonly paths: AccountPaths,
    private readonly messages: MessageCatalog,
    private readonly auth: AuthService,
    private readonly csrfConfig: CsrfConfig,
    private readonly csrf: CsrfService,
    private readonly providers: OAuthProviders,
    private readonly adapterHost: HttpAdapterHost,
    private readonly audit: AuditWriter,
  ) {}

  /** Does the work of a route and sends its answer, or what the module rejects it with. Other errors are the application's to answer. */
  async respond(exchange: Exchange, form: PageOf, work: () => Promise<Answer>): Promise<void> {
    let answer: Answer;
    try {
      answer = await this.#answerOf(exchange, work);
    } catch (error) {
      const refusal = refusalIn(error);
      if (refusal === null) throw error;
      await this.#refuse(exchange, form, refusal);
      return;
    }
    const { status, body, goTo, done, file, page = form } = answer;
    if (file !== undefined) {
      const { httpAdapter } = this.adapterHost;
      httpAdapter.setHeader(exchange.response, 'Content-Disposition', `attachment; filename="${file}"`);
      this.#send(exchange, status, body);
    } else if (!exchange.wantsPage) {
      this.#send(exchange, status, body);
    } else if (goTo !== undefined) {
      this.#redirect(exchange, goTo, 303);
    } else {
      const texts = this.#texts(exchange);
      await this.#sendPage(exchange, page, status, { done: done === undefined ? null : texts.text(done) });
    }
  }

  /** The same for a route without a page. */
  async respondInJson(exchange: Exchange, work: () => Promise<Answer>): Promise<void> {
    try {
      const { status, body } = await this.#answerOf(exchange, work);
      this.#send(exchange, status, body);
    } catch (error) {
      const refusal = refusalIn(error);
      if (refusal === null) throw error;
      this.#sendRefusal(exchange, refusal);
    }
  }

  /** Shows the page of a route. */
  async page(exchange: Exchange, form: PageOf): Promise<void> {
    await this.#sendPage(exchange, form, 200, {});
  }

  /** Shows a page that is for those who are not logged in, and leads everybody else to the application. */
  async pageBeforeLogin(exchange: Exchange, form: PageOf): Promise<void> {
    if ((await this.userOf(exchange)) === null) await this.page(exchange, form);
    else this.leadTo(exchange, this.paths.place(this.config.options.afterLogin));
  }

  /** Sends JSON, whatever is accepted. */
  json(exchange: Exchange, body: object): void {
    this.#send(exchange, 200, body);
  }

  /** Leads a browser on by a page of this site: what it asks for then is asked for by this site, with all cookies. */
  leadOn(exchange: Exchange, path: string): void {
    const { response } = exchange;
    const { httpAdapter } = this.adapterHost;
    const texts = this.#texts(exchange);
    this.#setHeaders(response);
    httpAdapter.setHeader(response, 'Refresh', `0; url=${path}`);
    httpAdapter.setHeader(response, 'Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
    httpAdapter.setHeader(response, 'Content-Type', 'text/html; charset=utf-8');
    const page = html`<!doctype html>
      <html lang="${texts.locale}">
        <title>${this.paths.site}</title>
        <p><a href="${path}">${texts.text('verify.submit')}</a></p>
      </html>`;
    httpAdapter.reply(response, String(page), 200);
  }

  /** Leads a browser somewhere else, for a page that is not for it. */
  leadTo(exchange: Exchange, path: string): void {
    this.#redirect(exchange, path, 302);
  }

  /** The account that is logged in. */
  async userOf({ context }: Exchange): Promise<Account | null> {
    return (await this.auth.user(context)) as Account | null;
  }

  /** What the answers say of an account. */
  payloadOf(account: Account): object {
    const { payload } = this.config.options;
    if (payload !== null) return payload(account);
    const { id, email, emailConfirmedAt, username, roles } = account;
    return { id, email, emailConfirmed: emailConfirmedAt !== null, username, roles };
  }

  /** The answer, once its rows of the audit log are written, where it has to wait for that. @throws AccountsException, ServiceUnavailableException */
  async #answerOf(exchange: Exchange, work: () => Promise<Answer>): Promise<Answer> {
    await this.#assertOwn(exchange);
    const answer = await auditContext.run({ userAgent: exchange.client.userAgent }, work);
    await this.audit.written();
    return answer;
  }

  /** @throws AccountsException 403 `IMPERSONATING` unless the route lets an administrator use it in the place of a user */
  async #assertOwn(exchange: Exchange): Promise<void> {
    if (!this.config.has('impersonation') || isAllowedWhileImpersonated(exchange.context)) return;
    if (isImpersonated(await exchange.session())) throw new AccountsException(403, 'IMPERSONATING');
  }

  async #refuse(exchange: Exchange, form: PageOf, refusal: AccountsException): Promise<void> {
    const { code, fields } = refusal;
    if (!exchange.wantsPage) {
      this.#sendRefusal(exchange, refusal);
      return;
    }
    this.#setRetryAfter(exchange, refusal);
    if (code === 'VERIFICATION_REQUIRED' && form.returnTo !== undefined) {
      const next = encodeURIComponent(this.paths.page(form.returnTo));
      this.#redirect(exchange, `${this.paths.page('/verify')}?next=${next}`, 303);
      return;
    }
    const texts = this.#texts(exchange);
    const errors = Object.entries(fields ?? {}).map(([name, codes]) => [name, codes.map((one) => texts.error(one))]);
    // A field that nobody types, such as the token of a link, is named above it.
    const [hidden] = ['token', 'flow', 'credential'].flatMap((name) => fields?.[name] ?? []);
    const error = hidden === undefined ? messageOf(refusal, texts) : texts.error(hidden);
    await this.#sendPage(exchange, form, refusal.getStatus(), {
      error,
      errors: Object.fromEntries(errors) as PageContext['errors'],
    });
  }

  #sendRefusal(exchange: Exchange, refusal: AccountsException): void {
    const { code, fields, retryAfter } = refusal;
    const status = refusal.getStatus();
    this.#setRetryAfter(exchange, refusal);
    const message = messageOf(refusal, this.#texts(exchange));
    const more = { ...(fields !== null && { fields }), ...(retryAfter !== null && { retryAfter }) };
    this.#send(exchange, status, { ...bodyOf(status, message), code, ...more });
  }

  #setRetryAfter({ response }: Exchange, { retryAfter }: AccountsException): void {
    if (retryAfter !== null) this.adapterHost.httpAdapter.setHeader(response, 'Retry-After', String(retryAfter));
  }

  async #sendPage(exchange: Exchange, form: PageOf, status: number, said: Partial<PageContext>): Promise<void> {
    const { response } = exchange;
    const { httpAdapter } = this.adapterHost;
    const template = this.config.options.pages[form.page] ?? defaultPages[form.page];
    const page = await template({ ...(await this.#contextOf(exchange, form)), ...said });
    this.#setHeaders(response);
    httpAdapter.setHeader(response, 'X-Frame-Options', 'DENY');
    if (!hasHeader(httpAdapter, response, 'content-security-policy')) {
      const policy = policyOf(await this.providers.formActions(exchange), this.config.has('passkeys'));
      httpAdapter.setHeader(response, 'Content-Security-Policy', policy);
    }
    httpAdapter.setHeader(response, 'Content-Type', 'text/html; charset=utf-8');
    httpAdapter.reply(response, String(page), status);
  }

  async #contextOf(
    exchange: Exchange,
    { page, shown = [], needsPassword, details, passkeys, sessions, factors, apiKeys, administration, oauth }: PageOf,
  ): Promise<PageContext> {
    const { pages, passwords, remember, usernames } = this.config.options;
    const user = await this.userOf(exchange);
    const texts = this.#texts(exchange);
    const session = await exchange.session();
    return {
      page,
      site: this.paths.site,
      texts,
      url: (path) => this.paths.page(path),
      features: {
        ...this.config.features,
        usernameRequired: usernames.required,
        invitations: this.config.has('invitations'),
      },
      user,
      session,
      impersonation: impersonationOf(session),
      csrf: await this.#csrfOf(exchange),
      nonces: this.#noncesOf(exchange),
      values: valuesOf(exchange, [...shown, 'next', 'action', 'token']),
      errors: {},
      error: null,
      done: null,
      remember,
      passwordMin: passwords.min,
      layout: pages.layout ?? defaultLayout,
      factors: { ...noFactors, ...(await factors?.(exchange)) },
      needsPassword: (await needsPassword?.(exchange)) ?? false,
      details: (await details?.(exchange, texts)) ?? {},
      passkeys: (await passkeys?.(exchange)) ?? null,
      sessions: (await sessions?.(exchange)) ?? [],
      apiKeys: (await apiKeys?.(exchange)) ?? noApiKeys,
      oauth: { providers: await this.providers.shown(exchange), links: (await oauth?.(exchange)) ?? [] },
      administration: (await administration?.(exchange)) ?? noAdministration,
    };
  }

  #noncesOf({ context, response }: Exchange): PageNonces {
    const nonce = this.config.options.pages.nonce?.(context.switchToHttp().getRequest<unknown>());
    return nonce === undefined || nonce === null ? noncesOf(response) : { script: nonce, style: nonce };
  }

  /** A token where one may be needed: without a session, the browser's own headers are enough, and a page begins none. */
  async #csrfOf(exchange: Exchange): Promise<PageContext['csrf']> {
    const { mode, field } = this.csrfConfig.options;
    const session = await exchange.session();
    if (mode !== 'token' && session.isNew) return null;
    return { field, token: this.csrf.token(session) };
  }

  #texts(exchange: Exchange): Texts {
    return this.messages.textsFor(null, exchange.acceptLanguage);
  }

  #send({ response }: Exchange, status: number, body: object | undefined): void {
    this.#setHeaders(response);
    this.adapterHost.httpAdapter.reply(response, body, status);
  }

  #redirect({ response }: Exchange, location: string, status: number): void {
    this.#setHeaders(response);
    this.adapterHost.httpAdapter.redirect(response, status, location);
  }

  #setHeaders(response: unknown): void {
    for (const [name, value] of headers) this.adapterHost.httpAdapter.setHeader(response, name, value);
  }
}

/** What the module itself rejects a request with, and too many guesses; null: another error. */
function refusalIn(error: unknown): AccountsException | null {
  if (error instanceof AccountsException) return error;
  return error instanceof TooManyAttemptsException ? tooManyRequests(error.retryAfter * 1000) : null;
}

/** What is wrong, in words, and for how long where that is known. */
function messageOf({ code, fields, retryAfter }: AccountsException, texts: Texts): string {
  if (retryAfter !== null) return texts.text('error.retryAfter', { duration: texts.duration(retryAfter * 1000) });
  return texts.error(fields === null ? code : 'title');
}

/** What was typed, or what the query said: text only. */
function valuesOf(exchange: Exchange, names: readonly string[]): Record<string, string> {
  const { body } = exchange;
  const values: Record<string, string> = {};
  for (const name of names) {
    const typed: unknown =
      typeof body === 'object' && body !== null && Object.hasOwn(body, name) ? Reflect.get(body, name) : undefined;
    const value = typed ?? exchange.query(name);
    if (typeof value === 'string' && value.length <= longestShown) values[name] = value;
  }
  return values;
}

function hasHeader(adapter: HttpAdapterHost['httpAdapter'], response: unknown, name: string): boolean {
  const value: unknown = adapter.getHeader(response, name);
  return value !== undefined && value !== null;
}

/** The `error` of Nest's bodies. */
