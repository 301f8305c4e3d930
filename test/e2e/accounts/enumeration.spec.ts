import { afterEach, describe, expect, it } from '@jest/globals';
import {
  AccountsService,
  changedAccount,
  MemoryAccountRepository,
  type AccountChanges,
  type AccountToCreate,
  type MailContent,
  type MailContext,
} from 'nestjs-session-auth/accounts';
import { AfterAnswer } from '../../../lib/accounts/mail/after-answer.js';
import { platforms } from '../../support/app.js';
import { startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import { inTurn } from '../../support/combinations.js';

const password = 'a long enough phrase';

/** What an account may be like, each with a name of the same length. `nobody` has none. */
const states: Readonly<Record<string, { account?: Partial<AccountToCreate>; changes?: AccountChanges }>> = {
  nobody: {},
  active: { account: {} },
  closed: { account: { active: false } },
  unsure: { account: { emailConfirmed: false } },
  locked: { account: {}, changes: { state: { lockedUntil: Date.now() + 3_600_000 } } },
  resets: { account: {}, changes: { state: { resetOwed: true } } },
  barred: { account: { data: { barred: true } } },
  without: { account: { password: null } },
};

/** The routes that anybody may call with an address, and the fields. A login is with a wrong password unless nobody may enter. */
const routes: Readonly<Record<string, (email: string) => Record<string, string>>> = {
  '/auth/register': (email) => ({ email, password }),
  '/auth/login': (identity) => ({ identity, password: identity.startsWith('active') ? 'a wrong password' : password }),
  '/auth/login/mail': (email) => ({ email }),
  '/auth/recover': (email) => ({ email }),
  '/auth/confirm/resend': (email) => ({ email }),
};

let app: AccountsApp;

afterEach(() => app.close());

describe.each(inTurn(platforms))('what a route answers to an address, on %s', (platform) => {
  it.each(Object.keys(routes).flatMap((path) => [[path, 'json'] as const, [path, 'form'] as const]))(
    'C2-27, C2-34, C2-36, C2-50: at %s, to %s, is the same in status, bytes, header names and cookies, whatever the account is like',
    async (path, kind) => {
      const repository = new MemoryAccountRepository();
      app = await startAccounts(
        {
          repository,
          registration: true,
          confirmation: true,
          recovery: true,
          mailLogin: true,
          sending: { perAddress: 1_000 },
          gate: { also: ({ data }) => (data['barred'] === true ? 'locked' : null) },
        },
        { platform },
      );
      for (const [name, { account, changes }] of Object.entries(states)) {
        if (account === undefined) continue;
        const { id } = await app.app
          .get(AccountsService)
          .create({ email: `${name}@example.com`, password, ...account });
        const stored = await repository.find(id);
        if (stored !== null && changes !== undefined) {
          await repository.update(changedAccount(stored, changes), stored.version);
        }
      }
      const answers: Record<string, unknown> = {};
      for (const name of Object.keys(states)) {
        const email = `${name}@example.com`;
        answers[name] = await answerTo(path, kind, (routes[path] ?? fail)(email), email);
      }
      expect(answers).toEqual(Object.fromEntries(Object.keys(states).map((name) => [name, answers['nobody']])));
    },
  );
});

it.each([
  ['/auth/recover', 'reset'],
  ['/auth/login/mail', 'login'],
])('%s writes its mail for an address without an account as well, and drops it', async (path, kind) => {
  const written: string[] = [];
  const template = ({ link = '' }: MailContext): MailContent => {
    written.push(link.replace(/token=.*/, 'token'));
    return { subject: 'A mail', text: link, html: link };
  };
  app = await startAccounts({ recovery: true, mailLogin: true, mail: { templates: { [kind]: template } } });
  await app.app.get(AccountsService).create({ email: 'active@example.com', password });
  await app.app.get(AccountsService).create({ email: 'closed@example.com', password, active: false });
  for (const name of ['nobody', 'closed', 'active']) {
    const email = `${name}@example.com`;
    expect(await answerTo(path, 'json', { email }, email)).toMatchObject({ status: 202 });
  }
  await app.app.get(AfterAnswer).settled(60_000);
  expect(written).toHaveLength(3);
  expect(new Set(written).size).toBe(1);
  expect(app.box.mails.map(({ to }) => to)).toEqual(['active@example.com']);
});

/** What can be told apart: everything but what was typed, and what is random or the time in every answer. */
async function answerTo(
  path: string,
  kind: 'json' | 'form',
  fields: Record<string, string>,
  email: string,
): Promise<unknown> {
  const isForm = kind === 'form';
  const response = await app.jar().fetch(path, {
    method: 'POST',
    headers: {
      accept: isForm ? 'text/html' : 'application/json',
      'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
      'sec-fetch-site': 'same-origin',
    },
    body: isForm ? new URLSearchParams(fields).toString() : JSON.stringify(fields),
  });
  const text = (await response.text())
    .replaceAll(email, 'the address')
    .replace(/(name="_csrf" value=")[^"]+/g, '$1a token');
  const cookies = response.headers
    .getSetCookie()
    .map((cookie) => cookie.replace(/=[^;]*/, '=a value').replace(/(expires=)[^;]*/i, '$1a time'));
  const headers = [...response.headers.keys()].sort();
  return { status: response.status, headers, cookies, text };
}

function fail(): never {
  throw new Error('There is no such route.');
}
