import type { AccountsModuleOptions, AccountsRoutes, Mail } from 'nestjs-session-auth/accounts';
import { AccountsModule } from 'nestjs-session-auth/accounts';
import { startApp, type AppSetup, type RunningApp } from './app.js';
import type { CookieJar } from './jar.js';

/** A mailer that keeps mails. */
export class MailBox {
  readonly mails: Mail[] = [];
  #waiting: (() => void)[] = [];

  send(mail: Mail): undefined {
    this.mails.push(mail);
    for (const look of this.#waiting.splice(0)) look();
  }

  /** The mail with this number, once it has been sent. */
  async mail(number = 1): Promise<Mail> {
    for (;;) {
      const mail = this.mails[number - 1];
      if (mail !== undefined) return mail;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

/** As cheap as a hash may be. */
export const cheapHashing = { memory: '7mb', passes: 1 };

/** An application with accounts. */
export interface AccountsApp extends RunningApp {
  readonly box: MailBox;
}

/** An application with accounts in memory. */
export async function startAccounts(
  options: AccountsModuleOptions & AccountsRoutes = {},
  setup: AppSetup = {},
): Promise<AccountsApp> {
  const box = new MailBox();
  const accounts = AccountsModule.forRoot({
    mailer: box,
    ...options,
    passwords: { hashing: cheapHashing, ...options.passwords },
  });
  const app = await startApp({ ...setup, imports: [accounts, ...(setup.imports ?? [])] });
  return { ...app, box };
}

/** An answer, as much of it as tests look at. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Sends JSON. */
export async function send(jar: CookieJar, path: string, body: unknown, method = 'POST'): Promise<JsonAnswer> {
  const response = await jar.fetch(path, {
    method,
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await bodyOf(response) };
}

/** Sends a form, as a browser does. */
export function sendForm(jar: CookieJar, path: string, fields: Record<string, string>): Promise<Response> {
  return jar.fetch(path, {
    method: 'POST',
    headers: {
      accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
    },
    body: new URLSearchParams(fields).toString(),
  });
}

/** Reads a page, as a browser does. */
export async function readPage(
  jar: CookieJar,
  path: string,
): Promise<{ status: number; html: string; headers: Headers }> {
  // Node's fetch says by itself that it is a script; Turbo's header says that a person is shown what it loads.
  const headers = { accept: 'text/html', 'x-turbo-request-id': 'a-visit' };
  const response = await jar.fetch(path, { headers });
  return { status: response.status, html: await response.text(), headers: response.headers };
}

async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text();
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}
