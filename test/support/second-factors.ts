import { expect } from '@jest/globals';
import { AccountsService, type AccountsModuleOptions } from 'nestjs-session-auth/accounts';
import { send, startAccounts, type AccountsApp } from './accounts-app.js';
import type { AppSetup } from './app.js';
import type { CookieJar } from './jar.js';
import { totpCode } from './totp.js';

export const ada = { email: 'Ada@Example.com', password: 'a long enough phrase' };
export const logIn = { identity: ada.email, password: ada.password };

/** An application with second factors, an account, and a clock that tests turn. */
export class Factors {
  now = Date.now();
  app!: AccountsApp;

  async start(options: AccountsModuleOptions = {}, setup: AppSetup = {}): Promise<void> {
    const session = { clock: () => this.now, ...setup.session };
    this.app = await startAccounts({ totp: true, recoveryCodes: true, ...options }, { ...setup, session });
    await this.app.app.get(AccountsService).create(ada);
  }

  /** Lets the time of a code pass. */
  nextStep(): void {
    this.now += 30_000;
  }

  code(secret: string): string {
    return totpCode(secret, this.now);
  }

  /** A code that the app with this secret shows neither now nor in the steps before and after. */
  wrongCode(secret: string): string {
    const shown = [-60_000, -30_000, 0, 30_000, 60_000].map((shift) => totpCode(secret, this.now + shift));
    return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !shown.includes(code)) ?? '';
  }

  /** A browser that is logged in with the password. */
  async loggedIn(): Promise<CookieJar> {
    const jar = this.app.jar();
    expect((await send(jar, '/auth/login', logIn)).body).toMatchObject({ status: 'in' });
    return jar;
  }

  /** A browser that is logged in and has just set up an authenticator app. Its next code is one of the next step. */
  async withTotp(jar?: CookieJar, name?: string): Promise<{ jar: CookieJar; secret: string; id: string }> {
    const mine = jar ?? (await this.loggedIn());
    const begun = await send(mine, '/auth/factors/totp', name === undefined ? {} : { name });
    expect(begun.status).toBe(200);
    const { id, secret } = begun.body as { id: string; secret: string };
    const enabled = await send(mine, `/auth/factors/totp/${id}/enable`, { code: this.code(secret) });
    expect([enabled.status, enabled.body]).toEqual([200, { status: 'enabled', id }]);
    this.nextStep();
    return { jar: mine, secret, id };
  }

  /** A browser whose login waits for the second factor. */
  async pending(body: object = {}): Promise<CookieJar> {
    const jar = this.app.jar();
    expect((await send(jar, '/auth/login', { ...logIn, ...body })).body).toMatchObject({ status: 'second-factor' });
    return jar;
  }
}
