import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, Body, UseGuards } from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  Session,
  SessionAuthGuard,
  type SessionModuleOptions,
  type SessionUser,
} from 'nestjs-session-auth';
import { createSessionTable } from '../../lib/stores/dynamodb/index.js';
import { startApp, type RunningApp } from '../support/app.js';
import { combinations } from '../support/combinations.js';
import { HeardEvents } from '../support/heard-events.js';
import type { CookieJar } from '../support/jar.js';
import { DynaliteServer } from '../support/servers/dynalite.js';
import { MariadbServer } from '../support/servers/mariadb.js';
import { MemcachedServerProcess } from '../support/servers/memcached.js';
import { PostgresServer } from '../support/servers/postgres.js';
import { RedisServer } from '../support/servers/redis.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { post } from './devices-controller.js';

// Ending a login from elsewhere, while its browser keeps moving it: on every store with owners.

const USER = 7;

@Controller()
class MovingController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  async login(@Session() session: Session, @Body() { remember = false }: { remember?: boolean }) {
    await this.auth.login(session, USER, { remember });
    return {};
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    const was = this.auth.userId(session);
    await this.auth.logout(session);
    return { was };
  }

  @Post('regenerate')
  async regenerate(@Session() session: Session) {
    await session.regenerate();
    return {};
  }

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() user: SessionUser) {
    return user;
  }
}

interface Place {
  readonly options: SessionModuleOptions;
  readonly end: () => Promise<unknown> | unknown;
}

type Open = () => Promise<Place> | Place;

const local: Readonly<Record<string, Open>> = {
  memory: () => ({ options: { type: 'memory' }, end: () => undefined }),
  filesystem: () => inFolder((dir) => ({ type: 'filesystem', filesystem: { dir } })),
  lmdb: () => inFolder((path) => ({ type: 'lmdb', lmdb: { path: `${path}/sessions.mdb` } })),
  sqlite: () => inFolder((path) => ({ type: 'sql', sql: { url: `sqlite:${path}/sessions.db` } })),
  redis: async () => {
    const server = await RedisServer.start();
    return { options: { type: 'redis', redis: { url: server.url } }, end: () => server.stop() };
  },
};

/** Servers that take longer to start: of each loop each has one, and in the nightly form all. */
const remote: Readonly<Record<string, Open>> = {
  memcached: async () => {
    const server = await MemcachedServerProcess.start({ args: ['-M'] });
    return {
      options: { type: 'memcached', memcached: { servers: [server.address], owners: true } },
      end: () => server.stop(),
    };
  },
  dynamodb: async () => {
    const server = await DynaliteServer.start();
    const client = server.client();
    await createSessionTable(client);
    return {
      options: { type: 'dynamodb', dynamodb: { client } },
      end: () => {
        client.destroy();
        return server.stop();
      },
    };
  },
  postgres: async () => {
    const server = await PostgresServer.start();
    return { options: { type: 'sql', sql: { url: server.url } }, end: () => server.stop() };
  },
  mariadb: async () => {
    const server = await MariadbServer.start();
    return { options: { type: 'sql', sql: { url: server.url } }, end: () => server.stop() };
  },
};

function inFolder(options: (path: string) => SessionModuleOptions): Place {
  const folder = temporaryFolder('revoke-races');
  return { options: options(folder.path), end: () => folder.remove() };
}

const ways = ['revoke()', 'revoke() of a remembered login', 'logout'] as const;
const chosen = combinations({ name: Object.keys(remote), way: ways });

describe.each(Object.entries({ ...local, ...remote }))('in %s', (name, open) => {
  const isLocal = name in local;
  const rounds = isLocal ? 6 : 3;
  const loop = (way: (typeof ways)[number], title: string, work: () => Promise<void>): void => {
    if (isLocal || chosen.some((one) => one.name === name && one.way === way)) it(title, work);
  };
  let place: Place;
  let running: RunningApp;
  let auth: AuthService;
  let heard: HeardEvents;
  // So that a rotation is due with every request.
  let time = Date.UTC(2026, 5, 1);

  beforeAll(async () => {
    place = await open();
  });

  afterAll(async () => {
    await place.end();
  });

  beforeEach(async () => {
    heard = new HeardEvents();
    const session: SessionModuleOptions = {
      observer: heard.observer,
      clock: () => time,
      rotateEvery: '2s',
      rotateGrace: '1s',
      idleTimeout: null,
      absoluteTimeout: null,
      // What a former test has left is another application's.
      keyPrefix: `${randomUUID()}:`,
      ...place.options,
    };
    running = await startApp({ session, controllers: [MovingController] });
    auth = running.app.get(AuthService);
  });

  afterEach(() => running.close());

  async function login(remember = false): Promise<CookieJar> {
    const jar = running.jar();
    expect((await jar.fetch('/login', post({ remember }))).status).toBe(201);
    return jar;
  }

  /** Any cookie that the browser has ever held. */
  async function anyIn(jars: readonly CookieJar[]): Promise<boolean> {
    for (const jar of jars) if ((await jar.copy().fetch('/me')).status === 200) return true;
    return false;
  }

  /** Keeps moving the session until it is out, and gives every state of the browser. */
  async function move(jar: CookieJar, isOver: () => boolean): Promise<CookieJar[]> {
    const states = [jar.copy()];
    for (let round = 0; !isOver(); round++) {
      const response = await (round % 2 === 0 ? jar.fetch('/me') : jar.fetch('/regenerate', post()));
      time += 2_000;
      states.push(jar.copy());
      if (response.status === 401) break;
    }
    return states;
  }

  loop('revoke()', 'revoke() ends a session that is being moved, by a list from before it moved', async () => {
    for (let round = 0; round < rounds; round++) {
      const jar = await login();
      const [device] = await auth.sessions(USER);
      let isOver = false;
      const moving = move(jar, () => isOver);
      for (let turn = 0; turn < round; turn++) await new Promise(setImmediate);
      expect(await auth.revoke(USER, device!.publicId)).toBe(true);
      isOver = true;
      const states = await moving;
      expect([round, await anyIn(states), await auth.sessions(USER)]).toEqual([round, false, []]);
    }
  });

  loop(
    'revoke() of a remembered login',
    'revoke() ends what is restored by its remembered login at the same time',
    async () => {
      for (let round = 0; round < rounds; round++) {
        const jar = await login(true);
        const away = running.jar();
        away.set('remember_token', jar.get('remember_token') ?? '');
        const [device] = await auth.sessions(USER);
        const copies = Array.from({ length: 5 }, () => away.copy());
        const restoring = Promise.all(copies.map((copy) => copy.fetch('/me')));
        for (let turn = 0; turn < round; turn++) await new Promise(setImmediate);
        expect(await auth.revoke(USER, device!.publicId)).toBe(true);
        await restoring;
        expect([round, await anyIn([jar, ...copies]), await auth.sessions(USER)]).toEqual([round, false, []]);
      }
    },
  );

  loop(
    'logout',
    'a logout ends what other tabs are moving, also if they were faster, and tells of a login if it came with one',
    async () => {
      for (let round = 0; round < rounds; round++) {
        const jar = await login();
        const tabs = Array.from({ length: 3 }, () => jar.copy());
        const moving = Promise.all(tabs.map((tab) => tab.fetch('/regenerate', post())));
        const { was } = (await jar.copy().json('/logout', post())) as { was: number | null };
        await moving;
        expect([round, await anyIn([jar, ...tabs])]).toEqual([round, false]);
        expect(heard.of('logout')).toHaveLength(was === null ? 0 : 1);
        await auth.logoutEverywhere(USER);
        heard.forget();
      }
    },
  );
});
