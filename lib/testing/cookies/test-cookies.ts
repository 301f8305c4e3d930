import { isCookieHolder, type CookieHolder } from './cookie-holder.js';
import { parseSetCookie, type SetCookieLine } from './set-cookie-line.js';
import { AgentCookies, isSupertestAgent, type SupertestAgent } from './supertest-agent.js';

/** A cookie in the form that Playwright's `context.addCookies()` takes. @publicApi */
export interface BrowserCookie {
  name: string;
  value: string;
  domain: string;
  path: string;
  /** Seconds since the epoch; -1: until the browser is closed. */
  expires: number;
  httpOnly: boolean;
  secure: boolean;
  sameSite: 'Strict' | 'Lax' | 'None';
}

/**
 * The cookies of one browser, which sends them only to the application under test: all of them, whatever their path, domain and
 * expiry. Only the application ends a session.
 *
 * @publicApi
 */
export class TestCookies implements CookieHolder {
  readonly #cookies = new Map<string, { readonly line: string; readonly cookie: SetCookieLine }>();

  /** @param header an initial `Cookie` header. */
  constructor(header = '') {
    for (const pair of header.split(';')) {
      // Of several cookies of one name, a browser sends the most specific one first.
      if (pair.includes('=') && !this.#cookies.has(pair.slice(0, pair.indexOf('=')).trim())) this.take(pair);
    }
  }

  /** The `Cookie` header; empty: no cookies. */
  get header(): string {
    return Array.from(this.#cookies.values(), ({ cookie: { name, value } }) => `${name}=${value}`).join('; ');
  }

  /** The values by name, as Fastify's `app.inject({ cookies })` takes them. */
  get values(): Record<string, string> {
    return Object.fromEntries(Array.from(this.#cookies, ([name, { cookie }]) => [name, cookie.value]));
  }

  /**
   * Stores the cookies of a response: `response.headers['set-cookie']` of supertest and `inject()`, or
   * `response.headers.getSetCookie()` of `fetch`.
   */
  take(lines: string | readonly string[] | undefined): this {
    for (const line of typeof lines === 'string' ? [lines] : (lines ?? [])) {
      const cookie = parseSetCookie(line);
      if (cookie.isRemoval) this.#cookies.delete(cookie.name);
      else this.#cookies.set(cookie.name, { line, cookie });
    }
    return this;
  }

  /**
   * The global `fetch` with these cookies; stores those of the response. Redirects are not followed unless `init` says so: the
   * cookies of intermediate responses would be lost.
   */
  async fetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.header !== '' && !headers.has('cookie')) headers.set('cookie', this.header);
    const response = await fetch(url, { redirect: 'manual', ...init, headers });
    this.take(response.headers.getSetCookie());
    return response;
  }

  /**
   * Copies the cookies to a supertest agent or another cookie jar.
   *
   * @throws Error if the agent would not send them, e.g. a `Secure` one over plain HTTP
   */
  async applyTo<Browser extends SupertestAgent | CookieHolder>(browser: Browser): Promise<Browser> {
    const lines = Array.from(this.#cookies.values(), ({ line }) => line);
    await cookiesOf(browser, '/').take(lines);
    return browser;
  }

  /** The cookies for a browser that is going to visit `url`: `await context.addCookies(cookies.forBrowser(url))` in Playwright. */
  forBrowser(url: string | URL): BrowserCookie[] {
    const { hostname } = new URL(url);
    return Array.from(this.#cookies.values(), ({ cookie }) => ({
      name: cookie.name,
      value: cookie.value,
      domain: cookie.domain === null ? hostname : `.${cookie.domain}`,
      path: cookie.path,
      expires: cookie.expiresAt === null ? -1 : Math.floor(cookie.expiresAt / 1000),
      httpOnly: cookie.httpOnly,
      secure: cookie.secure,
      sameSite: cookie.sameSite,
    }));
  }
}

/**
 * The cookies of whatever was passed to the kit.
 *
 * @param path of the session cookie.
 * @throws TypeError if it has no cookies
 */
export function cookiesOf(browser: unknown, path: string): CookieHolder {
  if (typeof browser === 'object' && browser !== null) {
    if (isSupertestAgent(browser)) return new AgentCookies(browser, path);
    if (isCookieHolder(browser)) return browser;
  }
  throw new TypeError(
    'Expected something that holds cookies: an agent (`supertest.agent(app.getHttpServer())`, not `supertest(…)`), the cookies ' +
      'that signIn() returned, a `Cookie` header, or an object with `header` and `take(lines)`.',
  );
}
