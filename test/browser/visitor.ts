import type { BrowserContext, Page } from 'playwright-core';
import { patienceMs } from '../support/patience.js';
import type { RunningShop } from './running-shop.js';

/** An account that the sample shows on its login page. */
export interface Account {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

export const account: Account = {
  id: 'demo',
  email: 'demo@shop.example',
  name: 'Demo account',
  password: 'quiet-evening',
};

export const guest: Account = {
  id: 'guest',
  email: 'guest@shop.example',
  name: 'Guest account',
  password: 'second-cup',
};

/** The one with the role admin. */
export const keeper: Account = {
  id: 'keeper',
  email: 'keeper@shop.example',
  name: 'Shopkeeper',
  password: 'early-riser',
};

/** Somebody in front of a browser of their own: what they do, and what they see. */
export class Visitor {
  constructor(
    readonly page: Page,
    private readonly shop: RunningShop,
    private readonly host = '127.0.0.1',
  ) {
    page.setDefaultTimeout(patienceMs);
  }

  /** @param host by which name of this machine they open the shop */
  static async arrive(context: BrowserContext, shop: RunningShop, host?: string): Promise<Visitor> {
    return new Visitor(await context.newPage(), shop, host);
  }

  get context(): BrowserContext {
    return this.page.context();
  }

  /** Closes the browser; waits for what it is loading, since Chromium may otherwise never come to an end with it. */
  async leave(): Promise<void> {
    await this.page.waitForLoadState();
    await this.context.close();
  }

  /** The path and the query of the page. */
  get place(): string {
    return this.page.url().slice(new URL(this.page.url()).origin.length);
  }

  async goTo(path: string): Promise<void> {
    await this.page.goto(this.shop.url(path).replace('127.0.0.1', this.host));
  }

  /** Presses a button, and waits until the page that it leads to is there as a whole. */
  async press(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click();
    await this.page.waitForLoadState();
  }

  /** What the frame of the page shows of its visitor: the links of the navigation, and whether there is a way out. */
  async frame(): Promise<{ readonly links: readonly string[]; readonly logout: boolean }> {
    const links = await this.page.getByRole('navigation', { name: 'Main' }).getByRole('link').allInnerTexts();
    const logout = await this.page
      .getByRole('banner')
      .getByRole('button', { name: 'Log out', exact: true })
      .isVisible();
    return { links: links.map((text) => text.replace(/\s+/g, ' ').trim()), logout };
  }

  /** The messages on the page, as `category: text`. */
  async messages(): Promise<string[]> {
    const shown = await this.page.getByRole('status', { name: 'Messages' }).getByRole('listitem').all();
    return Promise.all(
      shown.map(async (item) => `${(await item.getAttribute('data-category')) ?? ''}: ${await item.innerText()}`),
    );
  }

  /** Goes to the shop window, and reads the counter there. */
  async countVisit(): Promise<number> {
    await this.goTo('/');
    return Number(await this.page.locator('[data-visits]').getAttribute('data-visits'));
  }

  /** What is in the cart, by sku; goes to it. */
  async cart(): Promise<Record<string, number>> {
    await this.goTo('/cart');
    const lines = await this.page.locator('[data-sku]').all();
    const entries = lines.map(async (line) => [
      (await line.getAttribute('data-sku')) ?? '',
      Number(await line.getByRole('spinbutton').inputValue()),
    ]);
    return Object.fromEntries(await Promise.all(entries)) as Record<string, number>;
  }

  /** Fills in the login form that is on the page, and sends it. */
  async logIn(password: string = account.password, email: string = account.email): Promise<void> {
    await this.page.getByLabel('Email address').fill(email);
    await this.page.getByLabel('Password').fill(password);
    await this.press('Log in');
  }

  /** Goes to the login, and logs in. */
  async enter(who: Account = account, { remember = false } = {}): Promise<void> {
    await this.goTo('/auth/login');
    if (remember) await this.page.getByLabel('Keep me logged in').check();
    await this.logIn(who.password, who.email);
  }

  /** Types the password on the page that asks for it again. */
  async confirm(password: string = account.password): Promise<void> {
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.press('Continue');
  }

  /** Whether the account is shown to this browser; goes to it. */
  async isLoggedIn(): Promise<boolean> {
    await this.goTo('/auth/account');
    return this.place === '/auth/account';
  }

  /** The path of the page, without its query. */
  get path(): string {
    return new URL(this.page.url()).pathname;
  }

  async heading(): Promise<string> {
    return this.page.getByRole('heading', { level: 1 }).innerText();
  }

  /** What a browser does with its session cookie when it is closed. */
  async dropSessionCookie(): Promise<void> {
    await this.context.clearCookies({ name: 'session' });
  }

  /** What the inspector shows as data; goes to it. */
  async sessionData(): Promise<Record<string, unknown>> {
    await this.goTo('/session');
    return JSON.parse(await this.page.locator('[data-session-data]').innerText()) as Record<string, unknown>;
  }

  /** The value of the session cookie, or `null` where the browser has none. */
  async sessionCookie(): Promise<string | null> {
    const cookies = await this.context.cookies(this.shop.address);
    return cookies.find((cookie) => cookie.name === 'session')?.value ?? null;
  }

  /** Puts an earlier session cookie back into the browser. */
  async useCookie(value: string): Promise<void> {
    await this.context.clearCookies();
    await this.context.addCookies([
      { name: 'session', value, url: this.shop.address, httpOnly: true, sameSite: 'Lax' },
    ]);
  }
}
