import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { UseGuards } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { SessionAuthGuard } from 'nestjs-session-auth';
import { AccountAdministration, AccountsService, KyselyAccountRepository } from 'nestjs-session-auth/accounts';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { send, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import type { CookieJar } from '../../support/jar.js';
import { PostgresServer } from '../../support/servers/postgres.js';
import { RedisServer } from '../../support/servers/redis.js';
import { connectAs, type SocketClient } from '../sockets/sockets-app.js';

const password = 'a long enough phrase';

@WebSocketGateway({ path: '/members' })
@UseGuards(SessionAuthGuard)
class MembersGateway {
  @SubscribeMessage('hello')
  hello() {
    return { event: 'reply', data: 'hello' };
  }
}

let redis: RedisServer;
let postgres: PostgresServer;
let kysely: Kysely<unknown>;
const apps: AccountsApp[] = [];
let here: AccountsApp;
let there: AccountsApp;
let id: string;
let starts = 0;
let client: SocketClient | null;

beforeAll(async () => {
  [redis, postgres] = await Promise.all([RedisServer.start(), PostgresServer.start()]);
  kysely = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: postgres.url }) }) });
});

afterAll(async () => {
  await kysely.destroy();
  await Promise.all([redis.stop(), postgres.stop()]);
});

beforeEach(() => {
  client = null;
});

afterEach(async () => {
  await client?.close();
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

/** Two processes of one application. */
async function start(options: Parameters<typeof startAccounts>[0] = {}): Promise<void> {
  const number = String(++starts);
  const tables = { accounts: `accounts_${number}`, credentials: `credentials_${number}` };
  const one = (): Promise<AccountsApp> =>
    startAccounts(
      {
        repository: new KyselyAccountRepository(kysely, { createTables: true, ...tables }),
        admin: { role: 'admin' },
        ...options,
      },
      {
        session: { type: 'redis', redis: { url: redis.url } },
        providers: [MembersGateway],
        prepare: (app) => {
          app.useWebSocketAdapter(new WsAdapter(app));
        },
      },
    );
  here = await one();
  apps.push(here);
  there = await one();
  apps.push(there);
  const accounts = here.app.get(AccountsService);
  await accounts.create({ email: 'root@example.com', password, roles: ['admin'] });
  ({ id } = await accounts.create({ email: 'ada@example.com', password }));
}

async function loggedIn(app: AccountsApp, identity: string): Promise<CookieJar> {
  const jar = app.jar();
  expect(await send(jar, '/auth/login', { identity, password })).toMatchObject({ body: { status: 'in' } });
  return jar;
}

const statusOf = async (jar: CookieJar): Promise<number> => (await jar.fetch('/auth/sessions')).status;

describe('an account that is disabled in one process', () => {
  it('lets its sessions do nothing more in another one, from the next request on, and closes their sockets', async () => {
    await start();
    const owner = await loggedIn(here, 'ada@example.com');
    client = await connectAs({ library: 'ws' }, here, 'members', owner);
    expect(await client.ask('hello')).toBe('hello');
    expect(await statusOf(owner)).toBe(200);
    const root = await loggedIn(there, 'root@example.com');
    expect((await send(root, `/auth/admin/accounts/${id}/disable`, {})).status).toBe(200);
    expect(await statusOf(owner)).toBe(401);
    expect(await client.closed).toMatchObject({ code: 4401 });
    expect((await send(here.jar(), '/auth/login', { identity: 'ada@example.com', password })).status).toBe(401);
  });

  it('lets sessions that keep the account do nothing more, either', async () => {
    await start({ accountCache: { maxAge: '10m' } });
    const owner = await loggedIn(here, 'ada@example.com');
    expect([await statusOf(owner), await statusOf(owner)]).toEqual([200, 200]);
    await there.app.get(AccountAdministration).disable(id);
    expect(await statusOf(owner)).toBe(401);
  });
});
