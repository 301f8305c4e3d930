import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplication, Type } from '@nestjs/common';
import { AccountsService } from 'nestjs-session-auth/accounts';
import { platforms } from '../../support/app.js';
import { send, sendForm } from '../../support/accounts-app.js';
import { CapturedLogger } from '../../support/captured-logger.js';
import { CookieJar } from '../../support/jar.js';
import { startRecipe } from '../application.js';
import { recipeOf, type Recipe } from '../recipe.js';

let recipe: Recipe;
let AppModule: Type;
let Seed: new (accounts: AccountsService) => { onApplicationBootstrap(): Promise<void> };

beforeAll(async () => {
  recipe = recipeOf('docs/accounts/README.md');
  ({ AppModule } = (await recipe.load('src/app.module.ts')) as { AppModule: Type });
  ({ Seed } = (await recipe.load('src/seed.ts')) as { Seed: typeof Seed });
});

afterAll(() => {
  recipe.remove();
});

describe.each(platforms)('the application of "Accounts in ten minutes", on %s', (platform) => {
  const ada = { email: 'ada@example.com', password: 'a long enough phrase' };
  let app: INestApplication;
  let log: CapturedLogger;
  let jar: CookieJar;

  beforeEach(async () => {
    log = new CapturedLogger();
    app = await startRecipe(AppModule, platform, (made) => {
      made.useLogger(log);
    });
    jar = new CookieJar(await app.getUrl());
  });

  afterEach(() => app.close());

  /** The token in the last mail of the log, once it is there. */
  async function token(page: string): Promise<string> {
    for (;;) {
      const links = [...log.text.matchAll(new RegExp(`/auth/${page}\\?token=(\\S+)`, 'g'))];
      const [, found] = links.at(-1) ?? [];
      if (found !== undefined) return found;
      await new Promise(setImmediate);
    }
  }

  it('registers a person, whose mail is in the log, and lets them in', async () => {
    expect((await sendForm(jar, '/auth/register', ada)).status).toBe(202);
    expect((await sendForm(jar, '/auth/confirm', { token: await token('confirm') })).status).toBe(200);
    const login = await sendForm(jar, '/auth/login', { identity: ada.email, password: ada.password });
    expect([login.status, login.headers.get('location')]).toEqual([303, '/home']);
    expect(await (await jar.fetch('/home')).text()).toBe('Hello ada@example.com');
    expect((await send(jar, '/close', {})).status).toBe(201);
  });

  it('is not more than 25 lines of an application, and has all that the page promises', async () => {
    const lines = recipe.text('src/app.module.ts').trim().split('\n');
    expect(lines.length).toBeLessThanOrEqual(25);
    const { features } = (await jar.json('/auth')) as { features: object };
    expect(features).toMatchObject({
      registration: true,
      confirmation: true,
      recovery: true,
      mailLogin: true,
      passkeys: true,
      totp: true,
      recoveryCodes: true,
    });
    expect((await send(jar, '/auth/passkeys/login/options', {})).status).toBe(200);
    for (const page of ['login', 'login/mail', 'register', 'recover', 'confirm']) {
      expect((await jar.fetch(`/auth/${page}`, { headers: { accept: 'text/html' } })).status).toBe(200);
    }
  });

  it('has a first account after its seed, whose owner sets a password', async () => {
    const seed = new Seed(app.get(AccountsService));
    await seed.onApplicationBootstrap();
    await seed.onApplicationBootstrap();
    const email = 'admin@shop.example';
    await send(jar, '/auth/recover', { email });
    expect(await send(jar, '/auth/reset', { token: await token('reset'), password: ada.password })).toMatchObject({
      status: 200,
    });
    const login = await send(jar, '/auth/login', { identity: email, password: ada.password });
    expect(login.body).toMatchObject({ user: { email, roles: ['admin'] }, next: '/home' });
  });
});
