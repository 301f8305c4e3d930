import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { AuthService, CurrentUser, Fresh, Session, SessionAuthGuard, type SessionUser } from 'nestjs-session-auth';
import { MemoryStore } from 'nestjs-session-auth/memory';
import { platforms, startApp, type PlatformName, type RunningApp } from '../support/app.js';
import { CollectedLog } from '../support/collected-log.js';
import { inTurn } from '../support/combinations.js';

const post = { method: 'POST' };
const hour = 3_600_000;
const year = 365 * 24 * hour;

@Controller()
class EveryoneController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  async login(@Session() session: Session) {
    await this.auth.login(session, 7);
    return {};
  }

  @Post('confirm')
  async confirm(@Session() session: Session) {
    await this.auth.confirm(session);
    return {};
  }

  @Post('everyone')
  async everyone() {
    await this.auth.logoutAllUsers();
    return {};
  }

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() user: SessionUser) {
    return user;
  }

  @Get('fresh')
  @Fresh({ within: '5m' })
  fresh() {
    return {};
  }
}

/** Two processes on one store, each with a clock of its own. */
class Nodes {
  readonly running: RunningApp[] = [];
  readonly ahead = [0, 0];
  now = Date.UTC(2026, 0, 1);
  readonly store = new MemoryStore({ maxSessions: 100 }, { log: new CollectedLog(), now: () => this.now });

  static async start(platform: PlatformName): Promise<Nodes> {
    const nodes = new Nodes();
    const { store } = nodes;
    for (const index of [0, 1]) {
      nodes.running.push(
        await startApp({
          platform,
          controllers: [EveryoneController],
          session: {
            store,
            clock: () => nodes.now + (nodes.ahead[index] ?? 0),
            userLoader: (id) => ({ id }),
            logoutAllUsersInterval: '30s',
            idleTimeout: '2h',
            absoluteTimeout: '8h',
          },
        }),
      );
    }
    return nodes;
  }

  at(index: number): RunningApp {
    return this.running[index]!;
  }
}

let nodes: Nodes;
afterEach(async () => {
  for (const running of nodes.running) await running.close();
});

describe.each(inTurn(platforms))('logoutAllUsers() on %s, with clocks that differ', (platform) => {
  it.each([0, 1])('ends a login that a process made whose clock was ahead, as process %i sees it', async (looking) => {
    nodes = await Nodes.start(platform);
    nodes.ahead[0] = hour;
    const user = nodes.at(0).jar();
    await user.fetch('/login', post);
    nodes.now += 1_000;
    await nodes.at(1).jar().fetch('/everyone', post);
    nodes.now += 31_000;
    const there = nodes.at(looking).jar();
    there.set('session', user.get('session') ?? '');
    expect((await there.fetch('/me')).status).toBe(401);
  });

  it('leaves the logins alone that come after one by a process whose clock was ahead', async () => {
    nodes = await Nodes.start(platform);
    nodes.ahead[0] = year;
    await nodes.at(0).jar().fetch('/everyone', post);
    nodes.ahead[0] = 0;
    for (const node of [0, 1]) {
      const user = nodes.at(node).jar();
      await user.fetch('/login', post);
      expect((await user.fetch('/me')).status).toBe(200);
      nodes.now += 31_000;
      expect((await user.fetch('/me')).status).toBe(200);
    }
  });

  it('makes none of them fresh, nor live, for longer than it was set to', async () => {
    nodes = await Nodes.start(platform);
    nodes.ahead[0] = year;
    await nodes.at(0).jar().fetch('/everyone', post);
    nodes.ahead[0] = 0;
    const user = nodes.at(0).jar();
    await user.fetch('/login', post);
    expect((await user.fetch('/fresh')).status).toBe(200);
    nodes.now += 6 * 60_000;
    expect((await user.fetch('/fresh')).status).toBe(401);
    for (let passed = 0; passed < 8; passed++) {
      expect((await user.fetch('/me')).status).toBe(200);
      nodes.now += hour;
    }
    expect((await user.fetch('/me')).status).toBe(401);
  });

  it('ends a login that was confirmed since, and one that is made right before it', async () => {
    nodes = await Nodes.start(platform);
    const user = nodes.at(0).jar();
    await user.fetch('/login', post);
    nodes.now += hour;
    await user.fetch('/confirm', post);
    await nodes.at(0).jar().fetch('/everyone', post);
    expect((await user.fetch('/me')).status).toBe(401);
  });

  it('ends the logins again where the store has lost the note of the time before', async () => {
    nodes = await Nodes.start(platform);
    for (let times = 0; times < 2; times++) await nodes.at(0).jar().fetch('/everyone', post);
    const user = nodes.at(0).jar();
    await user.fetch('/login', post);
    for await (const key of nodes.store.keys()) if (key.endsWith('not-before')) await nodes.store.delete(key);
    await nodes.at(0).jar().fetch('/everyone', post);
    expect((await user.fetch('/me')).status).toBe(401);
  });

  it('lets the login stand that another process makes at once, without having heard of it', async () => {
    nodes = await Nodes.start(platform);
    await nodes.at(1).jar().fetch('/login', post);
    nodes.now += 2_000;
    await nodes.at(0).jar().fetch('/everyone', post);
    const user = nodes.at(1).jar();
    await user.fetch('/login', post);
    nodes.now += 31_000;
    expect((await user.fetch('/me')).status).toBe(200);
  });
});

it('a login of the future is not fresh', async () => {
  nodes = await Nodes.start('express');
  nodes.ahead[0] = year;
  const user = nodes.at(0).jar();
  await user.fetch('/login', post);
  const elsewhere = nodes.at(1).jar();
  elsewhere.set('session', user.get('session') ?? '');
  expect((await elsewhere.fetch('/fresh')).status).toBe(401);
});
