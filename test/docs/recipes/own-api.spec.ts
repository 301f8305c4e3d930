import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplication, Type } from '@nestjs/common';
import { AccountsService } from 'nestjs-session-auth/accounts';
import { platforms } from '../../support/app.js';
import { send } from '../../support/accounts-app.js';
import { CookieJar } from '../../support/jar.js';
import { ada, begin } from '../../support/passkeys-app.js';
import {
  SoftwareAuthenticator,
  type CreationOptions,
  type RequestOptions,
} from '../../support/software-authenticator.js';
import { totpCode } from '../../support/totp.js';
import { startRecipe } from '../application.js';
import { recipeOf, type Recipe } from '../recipe.js';

const byPassword = { identity: ada.email, password: ada.password };
const isIn = { status: 200, body: { status: 'in', email: ada.email } };
let recipe: Recipe;
let AppModule: Type;

beforeAll(async () => {
  recipe = recipeOf('docs/accounts/own-api.md');
  ({ AppModule } = (await recipe.load('src/app.module.ts')) as { AppModule: Type });
});

afterAll(() => {
  recipe.remove();
});

describe.each(platforms)('an API of its own on %s', (platform) => {
  let app: INestApplication;
  let url: string;
  let jar: CookieJar;

  beforeEach(async () => {
    app = await startRecipe(AppModule, platform);
    url = await app.getUrl();
    jar = new CookieJar(url);
    await app.get(AccountsService).create(ada);
    expect(await send(jar, '/login', byPassword)).toEqual(isIn);
  });

  afterEach(() => app.close());

  it('logs in by a password and a code of an authenticator app that was set up there', async () => {
    const { body } = await send(jar, '/account/totp', { name: 'phone' });
    const { id, secret } = body as { id: string; secret: string };
    expect((await send(jar, `/account/totp/${id}`, { code: ['no text'] })).body).toMatchObject({
      fields: { code: ['NOT_TEXT'] },
    });
    const now = Date.now();
    const enabled = await send(jar, `/account/totp/${id}`, { code: totpCode(secret, now) });
    expect(enabled.body).toEqual({ status: 'enabled', id });
    expect(await jar.json('/account/factors')).toMatchObject([{ id, method: 'totp', name: 'phone' }]);

    const other = new CookieJar(url);
    expect((await send(other, '/login', byPassword)).body).toEqual({ status: 'second-factor', methods: ['totp'] });
    expect((await other.fetch('/account')).status).toBe(401);
    const wrong = await send(other, '/login/second-factor', { method: 'totp', code: '' });
    expect(wrong).toMatchObject({ status: 400, body: { code: 'INPUT_INVALID' } });
    // Of the next step: the one of this step is used up.
    const proof = { method: 'totp', code: totpCode(secret, now + 30_000) };
    expect(await send(other, '/login/second-factor', proof)).toEqual(isIn);
    expect(await other.json('/account')).toEqual({ email: ada.email });
    expect((await send(new CookieJar(url), '/login/second-factor', proof)).body).toMatchObject({
      code: 'NOTHING_PENDING',
    });
    expect((await send(other, `/account/factors/${id}`, {}, 'DELETE')).status).toBe(200);
    expect(await other.json('/account/factors')).toEqual([]);
  });

  it('logs in by a passkey that was added there', async () => {
    const authenticator = new SoftwareAuthenticator(url.replace('127.0.0.1', 'localhost'));
    const adding = await begin<CreationOptions>(jar, '/account/passkeys/options');
    const credential = authenticator.create(adding.options);
    expect((await send(jar, '/account/passkeys', { flow: adding.flow, credential })).status).toBe(201);
    const other = new CookieJar(url);
    const { flow, options } = await begin<RequestOptions>(other, '/login/passkey/options');
    const used = { flow, credential: authenticator.get(options) };
    expect(await send(new CookieJar(url), '/login/passkey', used)).toMatchObject({ status: 401 });
    const again = await begin<RequestOptions>(other, '/login/passkey/options');
    const mine = { flow: again.flow, credential: authenticator.get(again.options) };
    expect(await send(other, '/login/passkey', mine)).toEqual(isIn);
    expect(await send(other, '/login/passkey', mine)).toMatchObject({ status: 409, body: { code: 'ALREADY_IN' } });
  });

  it('counts guesses, and answers 401 to all of them alike', async () => {
    const other = new CookieJar(url);
    const known = await send(other, '/login', { ...byPassword, password: 'a wrong long phrase' });
    expect(await send(other, '/login', { identity: 'nobody@example.com', password: 'x' })).toEqual(known);
    expect(known).toMatchObject({ status: 401, body: { code: 'INVALID_CREDENTIALS' } });
    const guesses = await Promise.all(
      Array.from({ length: 20 }, () => send(other, '/login', { ...byPassword, password: 'a wrong long phrase' })),
    );
    expect(guesses.map(({ status }) => status)).toContain(429);
  });
});
