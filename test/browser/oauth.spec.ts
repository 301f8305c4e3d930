import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { AccountsService } from 'nestjs-session-auth/accounts';
import { inTurn } from '../support/combinations.js';
import { startOAuth, type OAuthApp } from '../support/oauth-app.js';
import { KeyboardPerson } from './accounts-person.js';
import { openChromium } from './chromium.js';
import { complaintsOf, faultsOf } from './examined-page.js';

const ada = { email: 'ada@example.com', password: 'a long enough phrase' };

let browser: Browser;
let app: OAuthApp;

beforeAll(async () => {
  browser = await openChromium();
});

afterAll(() => browser.close());

afterEach(() => app.close());

/** The provider is at another site than this: a number of the network, rather than a name. */
const originOf = ({ url }: OAuthApp): string => url.replace('127.0.0.1', 'localhost');

const press = async (page: Page, action: string): Promise<void> => {
  await page.locator(`form[action="${action}"] button`).first().press('Enter');
};

describe.each(
  inTurn([
    ['a desktop in English', { viewport: { width: 1280, height: 800 }, colorScheme: 'light', locale: 'en-GB' }, {}],
    [
      'a phone in German and the dark',
      { viewport: { width: 320, height: 640 }, colorScheme: 'dark', locale: 'de-DE' },
      { responseMode: 'form_post' },
    ],
  ]),
)('sign-in with another provider on %s', (_name, options, settings) => {
  it.each(['lax', 'strict'] as const)(
    'links, confirms and logs in with a session cookie that is %s, and axe finds nothing',
    async (sameSite) => {
      app = await startOAuth({ settings, site: 'Small Hours' }, { session: { cookie: { sameSite } } });
      await app.app.get(AccountsService).create(ada);
      const person = new KeyboardPerson(await (await browser.newContext(options)).newPage(), originOf(app));
      const { page } = person;
      const complaints = complaintsOf(page);
      const look = async (state: string): Promise<void> => {
        expect([state, await faultsOf(page)]).toEqual([state, []]);
      };
      await person.goTo('/auth/login');
      await look('login');
      await person.send({ identity: ada.email, password: ada.password });
      await person.goTo('/auth/oauth');
      await look('nothing linked');
      await press(page, '/auth/oauth/acme');
      await page.locator('.devices li').waitFor();
      await look('linked');
      await person.goTo('/auth/verify?next=/auth/oauth');
      await look('verify');
      await press(page, '/auth/oauth/acme');
      await page.locator('.devices li').waitFor();
      await page.waitForLoadState();

      await person.goTo('/auth/account');
      await press(page, '/auth/logout');
      // To its end: what another page interrupts is a complaint.
      await page.waitForURL(({ pathname }) => pathname === '/');
      await person.goTo('/auth/login?next=/auth/oauth');
      await press(page, '/auth/oauth/acme');
      await page.locator('.devices li').waitFor();
      await page.waitForLoadState();
      await person.goTo('/auth/account');
      await press(page, '/auth/logout');
      // To its end: what another page interrupts is a complaint.
      await page.waitForURL(({ pathname }) => pathname === '/');
      app.provider.person = { id: 'eve-there' };
      await page.context().clearCookies({ domain: '127.0.0.1' });
      await person.goTo('/auth/login');
      await press(page, '/auth/oauth/acme');
      await page.locator('.notice.bad').waitFor();
      await look('not known');
      expect(complaints).toEqual([]);
    },
  );
});
