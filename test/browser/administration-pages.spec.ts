import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { AccountAdministration, AccountRepository, AccountsService, ApiKeyService } from 'nestjs-session-auth/accounts';
import { inTurn } from '../support/combinations.js';
import { startAccounts, type AccountsApp } from '../support/accounts-app.js';
import { KeyboardPerson } from './accounts-person.js';
import { openChromium } from './chromium.js';
import { complaintsOf, faultsOf } from './examined-page.js';
import { withOrWithoutJavaScript } from './javascript.js';

const password = 'a long enough phrase';
const root = { email: 'root@example.com', password, roles: ['admin'] };

let browser: Browser;
let app: AccountsApp;
let id: string;
let rootId: string;

beforeAll(async () => {
  browser = await openChromium();
});

afterAll(() => browser.close());

beforeEach(async () => {
  app = await startAccounts({
    ...{ recovery: true, totp: true, passkeys: true, invitations: true, site: 'Small Hours' },
    admin: { role: 'admin', grantable: ['editor'] },
    apiKeys: { enabled: true, scopes: ['orders:read'] },
  });
  const accounts = app.app.get(AccountsService);
  ({ id: rootId } = await accounts.create(root));
  ({ id } = await accounts.create({ email: 'ada@example.com', password, roles: ['staff', 'editor'] }));
});

afterEach(() => app.close());

async function administrator(options: BrowserContextOptions): Promise<KeyboardPerson> {
  const context = await browser.newContext(options);
  const person = new KeyboardPerson(await context.newPage(), app.url);
  await person.goTo('/auth/login?next=/auth/admin/accounts');
  await person.send({ identity: root.email, password });
  return person;
}

describe.each(withOrWithoutJavaScript())('the pages for administrators, %s', (_name, javaScriptEnabled) => {
  it('lead by the keyboard alone to an account, which is disabled and enabled, and to an invitation', async () => {
    const person = await administrator({ javaScriptEnabled });
    const complaints = complaintsOf(person.page);
    expect(person.path).toBe('/auth/admin/accounts');
    await person.send({ search: 'ADA@' });
    await person.press('ada@example.com');
    expect(person.path).toBe(`/auth/admin/accounts/${id}`);
    await person.press('Disable account');
    expect(await person.page.getByText('Disabled').count()).toBe(1);
    await person.press('Enable account');
    await person.page.getByLabel('editor').uncheck();
    await person.press('Save roles');
    expect(await app.app.get(AccountsService).find(id)).toMatchObject({ active: true, roles: ['staff'] });

    await person.press('All accounts');
    await person.press('Invitations');
    await person.send({ email: 'grace@example.com' });
    expect(await person.page.getByText('grace@example.com').count()).toBe(1);
    expect(complaints).toEqual([]);

    const { pathname, search } = new URL((await app.box.mail()).data.link ?? '');
    const context = await browser.newContext({ javaScriptEnabled });
    const invited = new KeyboardPerson(await context.newPage(), app.url);
    await invited.goTo(pathname + search);
    await invited.send({ password });
    await invited.goTo('/auth/account');
    expect(await invited.page.getByText('grace@example.com').count()).toBe(1);
    await context.close();
    await person.page.context().close();
  });
});

describe.each(
  inTurn([
    ['a desktop in English', { viewport: { width: 1280, height: 800 }, colorScheme: 'light', locale: 'en-GB' }],
    ['a phone in German and the dark', { viewport: { width: 320, height: 640 }, colorScheme: 'dark', locale: 'de-DE' }],
  ]),
)('every page for administrators on %s', (_name, options) => {
  it('has nothing that axe finds, no scrolling to the side, and nothing that its policy forbids', async () => {
    await app.app.get(ApiKeyService).create(id, { scopes: ['orders:read'] });
    const repository = app.app.get(AccountRepository);
    await repository.addCredential(id, { kind: 'totp', name: 'A telephone', data: { enabled: true } });
    await repository.addCredential(id, { kind: 'recovery-code' });
    const person = await administrator(options);
    const complaints = complaintsOf(person.page);
    await app.app.get(AccountAdministration).invite('grace@example.com', { roles: ['admin'] }, { by: rootId });
    const states: [state: string, path: string][] = [
      ['list', '/auth/admin/accounts'],
      ['nothing found', '/auth/admin/accounts?search=nobody'],
      ['an account', `/auth/admin/accounts/${id}`],
      ['an account with devices', `/auth/admin/accounts/${rootId}`],
      ['invitations', '/auth/admin/invitations'],
      ['an invitation', '/auth/invitation?token=nonsense'],
    ];
    const faults: Record<string, readonly string[]> = {};
    const look = async (state: string): Promise<void> => {
      const found = await faultsOf(person.page);
      if (found.length > 0) faults[state] = found;
    };
    for (const [state, path] of states) {
      await person.goTo(path);
      await look(state);
    }
    await person.goTo('/auth/admin/invitations');
    await person.send({ email: 'nobody' });
    await look('an invitation, wrong');
    expect(faults).toEqual({});
    expect(complaints).toEqual([]);
    await person.page.context().close();
  });
});
