import { expect } from '@jest/globals';
import type { AccountsModuleOptions, Sms } from 'nestjs-session-auth/accounts';
import { accountsTesting, type AccountsTesting } from 'nestjs-session-auth/testing';
import { send } from './accounts-app.js';
import type { AppSetup } from './app.js';
import type { CookieJar } from './jar.js';
import { Factors } from './second-factors.js';

/** The telephone of the account. */
export const phone = '+4915112345678';

/** An application with codes by SMS to Germany and Austria. */
export class SmsFactors extends Factors {
  /** What the sender got. */
  readonly sent: Sms[] = [];
  kit!: AccountsTesting;

  override async start({ sms, ...options }: AccountsModuleOptions = {}, setup: AppSetup = {}): Promise<void> {
    const sender = { send: (one: Sms) => void this.sent.push(one) };
    const own = typeof sms === 'object' ? sms : { enabled: sms ?? true };
    const on = { enabled: true, sender, countries: ['DE', 'AT'], region: 'DE', ...own };
    await super.start({ sms: on, ...options }, setup);
    this.kit = accountsTesting(this.app.app);
  }

  /** How many messages were sent, once all work after answers is done. */
  async count(to = phone): Promise<number> {
    return (await this.kit.sms.all(to)).length;
  }

  /** The code that a request has sent. */
  async codeOf(jar: CookieJar, path: string, body: object = { method: 'code' }, to = phone): Promise<string> {
    const before = await this.count(to);
    expect((await send(jar, path, body)).status).toBe(202);
    expect(await this.count(to)).toBe(before + 1);
    return (await this.kit.sms.last(to))?.code ?? '';
  }

  /** A browser that is logged in and has just set up a telephone. */
  async withPhone(to = phone, jar?: CookieJar): Promise<{ jar: CookieJar; id: string }> {
    const mine = jar ?? (await this.loggedIn());
    const begun = await send(mine, '/auth/factors/code', { phone: to, name: 'my phone' });
    expect(begun.status).toBe(202);
    const { id } = begun.body as { id: string };
    const code = (await this.kit.sms.last(to, 'set-up'))?.code;
    const enabled = await send(mine, `/auth/factors/code/${id}/enable`, { code });
    expect([enabled.status, enabled.body]).toEqual([200, { status: 'enabled', id }]);
    return { jar: mine, id };
  }
}

/** Another code than this one. */
export function otherThan(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}
