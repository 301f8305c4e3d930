import {
  AccountsService,
  MemoryAuditLog,
  type Account,
  type AccountsModuleOptions,
} from 'nestjs-session-auth/accounts';
import { AuthClient } from 'nestjs-session-auth/client';
import { accountsTesting, type AccountsTesting } from 'nestjs-session-auth/testing';
import { Input } from '../../lib/accounts/http/input.js';
import { startAccounts, type AccountsApp } from './accounts-app.js';
import { DocumentedApi } from './documented-api.js';
import { SoftwareAuthenticator } from './software-authenticator.js';
import { totpCode } from './totp.js';

export const password = 'a long enough phrase';
export const renewed = 'an entirely new phrase';

/** What is done in an application. */
export type Flow = (app: ClientApp) => Promise<void>;

/** An application with all features, whose requests and answers are compared with the document, and a clock that tests turn. */
export class ClientApp {
  readonly api = new DocumentedApi();
  /** What was other than the document says. */
  readonly problems: string[] = [];
  /** The routes that have done something, with the status: `POST /login 200`. */
  readonly done = new Set<string>();
  now = Date.now();
  app!: AccountsApp;
  kit!: AccountsTesting;
  #people = 0;

  async start(options: AccountsModuleOptions = {}): Promise<void> {
    this.app = await startAccounts(
      {
        ...{ registration: true, confirmation: true, recovery: true, mailLogin: true, emailChange: true },
        ...{ totp: true, recoveryCodes: true, passkeys: true, trustedDevices: true, deletion: true },
        usernames: { enabled: true },
        usernameChange: true,
        sms: { enabled: true, countries: ['DE'], region: 'DE', sender: { send: () => undefined } },
        apiKeys: { enabled: true, scopes: ['orders:read'] },
        admin: { role: 'admin' },
        audit: { log: new MemoryAuditLog() },
        invitations: true,
        impersonation: { enabled: true, role: 'admin' },
        tokens: { enabled: true, fromSession: true },
        secondFactor: { required: ['careful'] },
        sending: { perAddress: 10_000 },
        ...options,
      },
      { session: { clock: () => this.now } },
    );
    this.kit = accountsTesting(this.app.app);
  }

  /** Does something in another application, with other options, whose requests count here. */
  async elsewhere(options: AccountsModuleOptions, work: (app: ClientApp) => Promise<void>): Promise<void> {
    const other = new ClientApp();
    await other.start(options);
    try {
      await work(other);
    } finally {
      await other.app.close();
    }
    this.problems.push(...other.problems);
    for (const one of other.done) this.done.add(one);
  }

  /** Another account with the password, and a confirmed address. */
  person(more: { readonly roles?: readonly string[] } = {}): Promise<Account> {
    this.#people += 1;
    const email = `person${String(this.#people)}@example.com`;
    return this.app.app.get(AccountsService).create({ email, password, ...more });
  }

  /** A client with cookies of its own, as a browser of the same site has it. */
  browser(headers: Readonly<Record<string, string>> = {}): AuthClient {
    const jar = this.app.jar();
    return new AuthClient({
      baseUrl: `${this.app.url}/auth`,
      headers: { 'sec-fetch-site': 'same-origin', ...headers },
      fetch: async (url, init) => {
        const read = fieldsRead();
        const response = await jar.fetch(url, init);
        await this.#compare(url, init, response.clone(), read());
        return response;
      },
    });
  }

  /** One that is logged in with the password. */
  async loggedIn(account: Pick<Account, 'email'>): Promise<AuthClient> {
    const client = this.browser();
    const { status } = await client.post('/login', { body: { identity: account.email, password } });
    if (status !== 'in') throw new Error(`The login has come as far as ${status}.`);
    return client;
  }

  authenticator(): SoftwareAuthenticator {
    return new SoftwareAuthenticator(this.app.url.replace('127.0.0.1', 'localhost'));
  }

  /** The next code of an app with this secret. */
  code(secret: string): string {
    this.now += 30_000;
    return totpCode(secret, this.now);
  }

  /** The token of the last mail of a kind. */
  async token(to: string, kind: Parameters<AccountsTesting['mails']['last']>[1]): Promise<string> {
    return (await this.kit.mails.last(to, kind))?.data.token ?? '';
  }

  async #compare(url: string, init: RequestInit, response: Response, read: ReadonlySet<string>): Promise<void> {
    const method = init.method ?? 'GET';
    const path = new URL(url).pathname.slice('/auth'.length) || '/';
    const text = await response.text();
    const { status } = response;
    const sent: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined;
    const answered: unknown = text === '' ? undefined : JSON.parse(text);
    this.problems.push(...this.api.problemsOf({ method, path, sent, status, answered }));
    const route = this.api.find({ method, path });
    if (route === undefined) return;
    if (status < 400) this.done.add(`${route.name} ${String(status)}`);
    const unsaid = [...read].filter(
      (field) => !this.api.fieldsOf(route).includes(field) && !ignored.includes(`${route.name} ${field}`),
    );
    if (unsaid.length > 0) this.problems.push(`${route.name} reads ${unsaid.join(', ')}, which it does not name`);
  }
}

/** What is read with other fields, and changes nothing. */
const ignored = ['POST /token trustDevice'];

/** Notes which fields of bodies are read from now on. @returns a function that ends this and returns their names */
function fieldsRead(): () => ReadonlySet<string> {
  const names = new Set<string>();
  const { raw } = Input.prototype;
  Input.prototype.raw = function (this: Input, field: string) {
    names.add(field);
    return raw.call(this, field);
  };
  return () => {
    Input.prototype.raw = raw;
    return names;
  };
}
