import { afterEach, describe, expect, it } from '@jest/globals';
import type { SessionModuleOptions } from 'nestjs-session-auth';
import { AccountsService } from 'nestjs-session-auth/accounts';
import { MemoryStore } from '../../../lib/stores/memory/index.js';
import { send } from '../../support/accounts-app.js';
import { Checkpoint } from '../../support/checkpoint.js';
import { HeldStore } from '../../support/held-store.js';
import { HeardEvents } from '../../support/heard-events.js';
import type { CookieJar } from '../../support/jar.js';
import { PostgresServer } from '../../support/servers/postgres.js';
import { RedisServer } from '../../support/servers/redis.js';
import { startTokenApp, tokenLife, type TokenApp } from '../../support/token-app.js';
import { totpCode } from '../../support/totp.js';

interface Place {
  readonly session: SessionModuleOptions;
  stop(): Promise<unknown>;
}

const stores: Readonly<Record<string, () => Promise<Place>>> = {
  redis: async () => {
    const server = await RedisServer.start();
    return { session: { type: 'redis', redis: { url: server.url } }, stop: () => server.stop() };
  },
  postgres: async () => {
    const server = await PostgresServer.start();
    return { session: { type: 'sql', sql: { url: server.url } }, stop: () => server.stop() };
  },
};

let app: TokenApp;
let place: Place | null = null;

afterEach(async () => {
  await app.close();
  await place?.stop();
  place = null;
});

async function tokenOf(jar: CookieJar, path = '/token'): Promise<string> {
  const response = await jar.fetch(path);
  const body = (await response.json()) as { token?: string };
  if (body.token === undefined) throw new Error(`${path} answered ${String(response.status)} ${JSON.stringify(body)}`);
  return body.token;
}

describe.each(Object.entries(stores))('access tokens of a provider, with sessions in %s', (_name, open) => {
  it('are renewed once for twenty tabs and two processes, and no tab is logged out', async () => {
    place = await open();
    app = await startTokenApp(place.session);
    const other = await app.another();
    const jar = await app.loggedIn();
    const first = await tokenOf(jar);
    for (let round = 1; round <= 3; round++) {
      app.time.now += tokenLife;
      const tabs = Array.from({ length: 20 }, (_, tab) => jar.copy(tab % 2 === 0 ? app.url : other.url));
      const tokens = await Promise.all(tabs.map((tab) => tokenOf(tab, '/both')));
      expect(new Set(tokens).size).toBe(1);
      expect(tokens[0]).not.toBe(first);
      expect(app.renewals()).toBe(round);
    }
    expect(await app.who(jar)).toBe('ada@example.com');
    expect(await jar.json('/data')).toMatchObject({ n: 60 });
  });
});

/** Ends the connections of requests to the token endpoint, without an answer. */
function cutOff(path: string, response: { destroy(): unknown }): boolean {
  if (path !== '/token') return false;
  response.destroy();
  return true;
}

async function answerOf(jar: CookieJar, path = '/token'): Promise<{ status: number; body: object }> {
  const response = await jar.fetch(path);
  return { status: response.status, body: (await response.json()) as object };
}

describe('access tokens of a provider', () => {
  it('are given without a request to the provider while they are valid for long enough', async () => {
    app = await startTokenApp();
    const jar = await app.loggedIn();
    const first = await tokenOf(jar);
    app.time.now += tokenLife - 60_000;
    expect(await tokenOf(jar)).toBe(first);
    expect(app.renewals()).toBe(0);
    expect(await tokenOf(jar, '/token-for?minValidity=90s')).not.toBe(first);
    expect(app.renewals()).toBe(1);
  });

  it('need a login, by the provider, that has been granted the scope', async () => {
    app = await startTokenApp({}, { registration: true });
    expect(await answerOf(app.jar())).toMatchObject({ status: 401 });
    const jar = await app.loggedIn();
    expect(await answerOf(jar, '/token-for?scope=email%20calendar')).toEqual({
      status: 403,
      body: {
        statusCode: 403,
        message: 'PROVIDER_SCOPE_MISSING',
        error: 'Forbidden',
        code: 'PROVIDER_SCOPE_MISSING',
        provider: 'acme',
        scope: 'calendar',
      },
    });
    expect((await answerOf(jar, '/token-for?scope=email')).status).toBe(200);
    const { body } = await send(jar, '/auth/logout', {});
    expect(body).toBeDefined();
    const other = app.jar();
    await send(other, '/auth/register', { email: 'bo@example.com', password: 'a long enough phrase' });
    expect(await answerOf(other)).toMatchObject({
      status: 403,
      body: { code: 'PROVIDER_TOKENS_MISSING', provider: 'acme' },
    });
  });

  it('are in no answer, event or record', async () => {
    const store = new MemoryStore();
    const heard: unknown[] = [];
    app = await startTokenApp({
      store,
      observer: { login: (event) => heard.push(event), logout: (event) => heard.push(event) },
    });
    const jar = await app.loggedIn();
    const token = await tokenOf(jar);
    expect(JSON.stringify(await jar.json('/data'))).not.toContain('oauthTokens');
    const records: string[] = [];
    for await (const key of store.keys()) {
      records.push(Buffer.from((await store.read(key))?.bytes ?? []).toString('latin1'));
    }
    expect(records.join()).not.toContain(token);
    expect(records.length).toBeGreaterThan(0);
    expect(JSON.stringify(heard)).not.toContain(token);
  });

  it('are renewed by another process once the one that has begun is gone', async () => {
    place = null;
    const store = new MemoryStore();
    app = await startTokenApp({ store });
    const other = await app.another();
    const jar = await app.loggedIn();
    app.time.now += tokenLife;
    const stuck = new Checkpoint();
    app.provider.before = async (path, response) => {
      if (path !== '/token') return false;
      app.provider.before = null;
      await stuck.pass();
      return cutOff(path, response);
    };
    const lost = answerOf(jar.copy());
    await stuck.reached;
    const waiting = tokenOf(jar.copy(other.url));
    app.time.now += 15_001;
    const token = await waiting;
    stuck.release();
    expect((await lost).status).toBe(503);
    expect(await tokenOf(jar)).toBe(token);
    expect(await app.who(jar)).toBe('ada@example.com');
  });

  it('are not renewed while the provider does not answer, and the login stays', async () => {
    app = await startTokenApp();
    const jar = await app.loggedIn();
    const first = await tokenOf(jar);
    app.provider.before = cutOff;
    app.time.now += tokenLife - 10_000;
    // Those that are still valid have to do.
    expect(await tokenOf(jar)).toBe(first);
    app.time.now += 10_000;
    expect(await answerOf(jar)).toMatchObject({
      status: 503,
      body: { code: 'PROVIDER_UNAVAILABLE', provider: 'acme' },
    });
    const asked = app.renewals();
    expect((await answerOf(jar)).status).toBe(503);
    expect(app.renewals()).toBe(asked);
    app.provider.before = (path, response) => {
      if (path !== '/token') return false;
      response.writeHead(502).end();
      return true;
    };
    app.time.now += 1_001;
    expect((await answerOf(jar)).status).toBe(503);
    app.provider.before = null;
    app.time.now += 1_001;
    expect(await tokenOf(jar)).not.toBe(first);
    expect(await app.who(jar)).toBe('ada@example.com');
  });

  it('end the login where the provider renews them no more', async () => {
    const refused: object[] = [];
    const heard = new HeardEvents();
    app = await startTokenApp({
      observer: { ...heard.observer, oauthTokensRefused: (event: object) => refused.push(event) },
    });
    const other = await app.another();
    const jar = await app.loggedIn();
    app.provider.before = (path, response) => {
      if (path !== '/token') return false;
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}');
      return true;
    };
    app.time.now += tokenLife;
    const tabs = [jar, jar.copy(), jar.copy(other.url), jar.copy(other.url)];
    const answers = await Promise.all(tabs.map((tab) => answerOf(tab)));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(answers.map(({ body }) => body)).toContainEqual(
      expect.objectContaining({ code: 'PROVIDER_TOKENS_REFUSED', provider: 'acme' }),
    );
    expect(refused).toEqual([{ userId: expect.any(String), provider: 'acme', address: '127.0.0.1' }]);
    expect(heard.of('logout')).toHaveLength(1);
    expect(await app.who(jar.copy())).toBeNull();
  });

  it('do not bring a login back that has ended while they were renewed, and are revoked', async () => {
    app = await startTokenApp();
    const jar = await app.loggedIn();
    app.time.now += tokenLife;
    const held = new Checkpoint();
    const revoked = new Checkpoint();
    let revocations = 0;
    app.provider.before = async (path, response) => {
      if (path === '/token') await held.pass();
      if (path !== '/token/revocation') return false;
      // What the renewal gets is to be revoked as well.
      if (++revocations === 2) revoked.release();
      response.end();
      return true;
    };
    const late = answerOf(jar.copy(), '/both');
    await held.reached;
    const tab = jar.copy();
    await jar.fetch('/leave', { method: 'POST' });
    held.release();
    expect((await late).status).toBe(401);
    expect(await app.who(tab)).toBeNull();
    await revoked.pass();
  });

  it('wait for the second factor of a login, and are given to no other account', async () => {
    app = await startTokenApp({}, { totp: true });
    const jar = await app.loggedIn();
    const begun = (await send(jar, '/auth/factors/totp', {})).body as { id: string; secret: string };
    const enabled = await send(jar, `/auth/factors/totp/${begun.id}/enable`, {
      code: totpCode(begun.secret, app.time.now),
    });
    expect(enabled.status).toBe(200);
    app.time.now += 30_000;
    const pending = app.jar();
    expect(await app.signIn(pending)).toMatchObject({ status: 200, body: { status: 'second-factor' } });
    expect((await answerOf(pending)).status).toBe(401);
    const code = totpCode(begun.secret, app.time.now);
    expect((await send(pending, '/auth/second-factor', { method: 'totp', code })).body).toMatchObject({ status: 'in' });
    expect(await tokenOf(pending)).not.toBe(await tokenOf(jar));
    const other = app.jar();
    expect(await app.signIn(other)).toMatchObject({ body: { status: 'second-factor' } });
    await app.app.get(AccountsService).create({ email: 'bo@example.com', password: 'a long enough phrase' });
    await send(other, '/auth/login', { identity: 'bo@example.com', password: 'a long enough phrase' });
    expect(await answerOf(other)).toMatchObject({ status: 403, body: { code: 'PROVIDER_TOKENS_MISSING' } });
  });

  it('are sent with a proof of the key that they are bound to, also after a renewal', async () => {
    app = await startTokenApp();
    const jar = await app.loggedIn();
    for (const wait of [0, tokenLife]) {
      app.time.now += wait;
      const { status, body } = await answerOf(jar, `/call?url=${encodeURIComponent(`${app.provider.issuer}/me`)}`);
      expect([status, body]).toEqual([200, { status: 200, text: expect.stringContaining('ada@example.com') }]);
    }
    app.provider.before = (path, response) => {
      if (path !== '/me') return false;
      response.writeHead(401, { 'www-authenticate': 'DPoP error="invalid_token"' }).end('no');
      return true;
    };
    const refused = await answerOf(jar, `/call?url=${encodeURIComponent(`${app.provider.issuer}/me`)}`);
    expect(refused.body).toEqual({ status: 401, text: 'no' });
  });

  it('come to a login by a password with a link', async () => {
    app = await startTokenApp();
    const bo = { email: 'bo@example.com', password: 'a long enough phrase' };
    await app.app.get(AccountsService).create(bo);
    const jar = app.jar();
    await send(jar, '/auth/login', { identity: bo.email, password: bo.password });
    expect((await answerOf(jar)).status).toBe(403);
    expect(await app.signIn(jar, { intent: 'link' })).toMatchObject({ body: { status: 'linked' } });
    const first = await tokenOf(jar);
    expect(await app.signIn(jar, { intent: 'link' })).toMatchObject({ body: { status: 'linked' } });
    expect(await tokenOf(jar)).not.toBe(first);
  });

  it('are renewed once while periodic rotation moves the session, too', async () => {
    app = await startTokenApp({ store: new MemoryStore(), rotateEvery: 60 });
    const other = await app.another();
    const jar = await app.loggedIn();
    for (let round = 1; round <= 3; round++) {
      app.time.now += tokenLife;
      const tabs = [jar, ...Array.from({ length: 9 }, (_, tab) => jar.copy(tab % 2 === 0 ? app.url : other.url))];
      const tokens = await Promise.all(tabs.map((tab) => tokenOf(tab, '/both')));
      expect(new Set(tokens).size).toBe(1);
      expect(app.renewals()).toBe(round);
    }
    expect(await jar.json('/data')).toMatchObject({ n: 30 });
  });

  it('outlast a new id of the session, and a confirmation that has begun before they were renewed', async () => {
    const store = new HeldStore();
    app = await startTokenApp({ store });
    const other = await app.another();
    const jar = await app.loggedIn();
    await jar.fetch('/regenerate', { method: 'POST' });
    app.time.now += tokenLife;
    const beforeMove = store.holdNext('write');
    const confirmed = jar.copy(other.url);
    const confirmation = confirmed.fetch('/confirm', { method: 'POST' });
    await beforeMove.reached;
    const renewed = await tokenOf(jar.copy());
    beforeMove.release();
    expect((await confirmation).status).toBe(201);
    expect(await tokenOf(confirmed)).toBe(renewed);
    expect(app.renewals()).toBe(1);
    // The former refresh token would be refused, with everything that came of it.
    app.time.now += tokenLife;
    expect(await tokenOf(confirmed)).not.toBe(renewed);
  });
});
