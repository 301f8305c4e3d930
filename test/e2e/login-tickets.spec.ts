import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, Query, ServiceUnavailableException, UnauthorizedException } from '@nestjs/common';
import {
  AuthService,
  Session,
  SessionAbilityMissingError,
  SessionService,
  SessionUserError,
  type SessionModuleOptions,
} from 'nestjs-session-auth';
import { KeyRing } from '../../lib/cookie/key-ring.js';
import { MemoryStore } from '../../lib/stores/memory/index.js';
import { fakeClock } from '../../lib/testing/index.js';
import { startApp, testSecret, type RunningApp } from '../support/app.js';
import { FailingStore } from '../support/failing-store.js';
import type { CookieJar } from '../support/jar.js';
import { patienceMs } from '../support/patience.js';
import { PostgresServer } from '../support/servers/postgres.js';
import { RedisServer } from '../support/servers/redis.js';

const post = { method: 'POST' };

@Controller()
class TicketController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  async login(@Session() session: Session, @Query('id') id: string, @Query('as') as?: string) {
    await this.auth.login(session, as === 'number' ? Number(id) : id);
    return { ticket: this.auth.ticket(session) };
  }

  @Get('ticket')
  ticket(@Session() session: Session) {
    return { ticket: this.auth.ticket(session) };
  }

  @Get('readonly-ticket')
  readonlyTicket(@Session({ readonly: true }) session: Session) {
    return { ticket: this.auth.ticket(session) };
  }

  @Post('do')
  async do(@Session() session: Session, @Query('what') what: 'logout' | 'confirm') {
    await this.auth[what](session);
    return {};
  }

  @Post('regenerate')
  async regenerate(@Session() session: Session) {
    await session.regenerate();
    return {};
  }
}

let redis: RedisServer;
let postgres: PostgresServer;
const apps: RunningApp[] = [];

beforeAll(async () => {
  [redis, postgres] = await Promise.all([RedisServer.start(), PostgresServer.start()]);
});
afterAll(() => Promise.all([redis.stop(), postgres.stop()]));
afterEach(async () => {
  for (const running of apps.splice(0)) await running.close();
});

async function start(session: SessionModuleOptions = {}): Promise<RunningApp> {
  const running = await startApp({
    controllers: [TicketController],
    session: { storeTimeout: patienceMs / 1000, ...session },
  });
  apps.push(running);
  return running;
}

async function ticketFrom(jar: CookieJar, path: string, init?: RequestInit): Promise<string> {
  const { ticket } = (await jar.json(path, init)) as { ticket: string };
  return ticket;
}

const login = (jar: CookieJar, id: string | number): Promise<string> =>
  ticketFrom(jar, `/login?id=${String(id)}${typeof id === 'number' ? '&as=number' : ''}`, post);

const stores: Readonly<Record<string, () => SessionModuleOptions>> = {
  memory: () => ({ store: new MemoryStore() }),
  redis: () => ({ type: 'redis', redis: { url: redis.url } }),
  postgres: () => ({ type: 'sql', sql: { url: postgres.url, createTable: true } }),
};

describe.each(Object.keys(stores))('a ticket for a login, with the store %s', (name) => {
  let options: SessionModuleOptions;

  async function startHere(more: SessionModuleOptions = {}): Promise<{ running: RunningApp; auth: AuthService }> {
    options = stores[name]?.() ?? {};
    const running = await start({ ...options, ...more });
    return { running, auth: running.app.get(AuthService) };
  }

  it('is valid as long as the login is there, until it logs out', async () => {
    const { running, auth } = await startHere();
    const jar = running.jar();
    const ticket = await login(jar, 'ann');
    expect(await auth.stillIn(ticket)).toBe(true);
    const other = await login(running.jar(), 'ann');
    await jar.fetch('/do?what=logout', post);
    expect([await auth.stillIn(ticket), await auth.stillIn(other)]).toEqual([false, true]);
  });

  it('stays valid when the session gets another id', async () => {
    const { running, auth } = await startHere();
    const jar = running.jar();
    const ticket = await login(jar, 'ann');
    await jar.fetch('/regenerate', post);
    expect(await auth.stillIn(ticket)).toBe(true);
    await jar.fetch('/do?what=confirm', post);
    expect(await auth.stillIn(ticket)).toBe(true);
    expect(await ticketFrom(jar, '/readonly-ticket')).toBe(ticket);
    await jar.fetch('/do?what=logout', post);
    expect(await auth.stillIn(ticket)).toBe(false);
  });

  it('is for one login, not for the next one in the same browser', async () => {
    const { running, auth } = await startHere();
    const jar = running.jar();
    const ticket = await login(jar, 'ann');
    const next = await login(jar, 'ann');
    expect([await auth.stillIn(ticket), await auth.stillIn(next)]).toEqual([false, true]);
  });

  it('ends with logoutEverywhere(), revoke() and logoutAllUsers()', async () => {
    const { running, auth } = await startHere();
    const [one, another, third] = [running.jar(), running.jar(), running.jar()];
    const tickets = [await login(one, 'ben'), await login(another, 'ben'), await login(third, 'cleo')];
    const stillIn = (): Promise<boolean[]> => Promise.all(tickets.map((ticket) => auth.stillIn(ticket)));
    const [{ publicId } = { publicId: '' }] = await auth.sessions('ben');
    await auth.revoke('ben', publicId);
    expect((await stillIn()).filter(Boolean)).toHaveLength(2);
    await auth.logoutEverywhere('ben');
    expect(await stillIn()).toEqual([false, false, true]);
    await auth.logoutAllUsers();
    expect(await stillIn()).toEqual([false, false, false]);
  });

  it('tells the user 7 from the user "7"', async () => {
    const { running, auth } = await startHere();
    const [asNumber, asString] = [await login(running.jar(), 7), await login(running.jar(), '7')];
    await auth.logoutEverywhere(7);
    expect([await auth.stillIn(asNumber), await auth.stillIn(asString)]).toEqual([false, true]);
    await auth.logoutEverywhere('7');
  });

  it('holds for other processes with the same store and secret, and for former secrets', async () => {
    const { running } = await startHere();
    const ticket = await login(running.jar(), 'dora');
    const worker = await start({
      ...options,
      secretKey: 'a newer secret, of at least 32 bytes',
      secretKeyFallbacks: [testSecret],
    });
    const auth = worker.app.get(AuthService);
    expect(await auth.stillIn(ticket)).toBe(true);
    await auth.logoutEverywhere('dora');
    expect(await auth.stillIn(ticket)).toBe(false);
  });
});

describe('a ticket for a login', () => {
  it('expires with the session, and does not extend it', async () => {
    const clock = fakeClock();
    const running = await start({ clock: clock.now, idleTimeout: '10m' });
    const auth = running.app.get(AuthService);
    const ticket = await login(running.jar(), 'ann');
    clock.advance('6m');
    expect(await auth.stillIn(ticket)).toBe(true);
    clock.advance('6m');
    expect(await auth.stillIn(ticket)).toBe(false);
  });

  it('is false for anything else, without asking the store', async () => {
    const store = new FailingStore();
    const running = await start({ store });
    const auth = running.app.get(AuthService);
    const jar = running.jar();
    const ticket = await login(jar, 'ann');
    const [version = '', content = '', signature = ''] = ticket.split('.');
    const foreign = new KeyRing('another secret of at least 32 bytes');
    const keys = new KeyRing(testSecret);
    const reads = store.calls.read;
    const session = jar.get('session') ?? '';
    for (const wrong of [
      '',
      '.',
      `${ticket}.`,
      `${ticket}A`,
      ticket.slice(0, -1),
      `2.${content}.${signature}`,
      `${version}.${content}A.${signature}`,
      `${version}.${content}.${foreign.sign('login-ticket:v1', content)}`,
      `${version}.${content}.${keys.sign('session-cookie-signature:v1', content)}`,
      `${version}.${'A'.repeat(100_000)}.${signature}`,
      session,
    ]) {
      expect(await auth.stillIn(wrong)).toBe(false);
    }
    const noString: unknown = undefined;
    expect(await auth.stillIn(noString as string)).toBe(false);
    expect(store.calls.read).toBe(reads);
  });

  it('holds no session id, and is no cookie', async () => {
    const running = await start();
    const jar = running.jar();
    const ticket = await login(jar, 'ann');
    const [id = ''] = decodeURIComponent(jar.get('session') ?? '').split('.');
    expect(id.length).toBeGreaterThan(20);
    const content = Buffer.from(ticket.split('.')[1] ?? '', 'base64url').toString();
    expect([ticket, content].filter((text) => text.includes(id))).toEqual([]);
    expect(JSON.parse(content)).toEqual([expect.any(String), 'ann', expect.any(Number)]);
    const thief = running.jar();
    thief.set('session', ticket);
    expect((await thief.fetch('/ticket')).status).toBe(401);
    expect(ticket.length).toBeLessThan(120);
  });

  it('is issued for logins only', async () => {
    const running = await start();
    expect((await running.jar().fetch('/ticket')).status).toBe(401);
    const { session } = await running.app.get(SessionService).open(undefined);
    expect(() => running.app.get(AuthService).ticket(session)).toThrow(UnauthorizedException);
  });

  it('is not issued for an id that makes it too long', async () => {
    const running = await start();
    const auth = running.app.get(AuthService);
    const jar = running.jar();
    await jar.fetch(`/login?id=${'x'.repeat(3000)}`, post);
    const { session } = await running.app.get(SessionService).open(jar.header);
    expect(() => auth.ticket(session)).toThrow(SessionUserError);
  });

  it.each([
    ['in cookies', { type: 'cookie' }, /SESSION_TYPE is cookie/],
    ['in a store without an owner index', { type: 'null' }, /no owner index/],
  ] satisfies [string, SessionModuleOptions, RegExp][])(
    'is not issued where sessions are %s, since nobody could look it up',
    async (_, options, message) => {
      const running = await start(options);
      const auth = running.app.get(AuthService);
      const { session } = await running.app.get(SessionService).open(undefined);
      expect(() => auth.ticket(session)).toThrow(SessionAbilityMissingError);
      await expect(auth.stillIn('1.a.b')).rejects.toThrow(message);
    },
  );

  it('is neither valid nor invalid while the store does not answer', async () => {
    const store = new FailingStore();
    const running = await start({ store });
    const ticket = await login(running.jar(), 'ann');
    store.fail();
    await expect(running.app.get(AuthService).stillIn(ticket)).rejects.toThrow(ServiceUnavailableException);
  });
});
