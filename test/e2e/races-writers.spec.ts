import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Param, Post } from '@nestjs/common';
import { AuthService, Session } from 'nestjs-session-auth';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { GatheringStore } from '../support/gathering-store.js';
import { post } from './races-table.js';

// Handlers that save by themselves, in the middle of what else the request does: none of them may wait for a turn that it has itself.

@Controller()
class SavingController {
  constructor(private readonly auth: AuthService) {}

  @Get('read')
  read(@Session() session: Session) {
    return { keys: session.keys().length, user: this.auth.userId(session) };
  }

  @Post('begin')
  begin(@Session() session: Session) {
    session.set('began', true);
    return {};
  }

  @Post('saving/:key')
  async saving(@Session() session: Session, @Param('key') key: string) {
    session.set(key, true);
    await session.commit();
    session.set(`${key}, later`, true);
    await Promise.all([session.commit(), session.commit()]);
    return {};
  }

  @Post('login/:key')
  async login(@Session() session: Session, @Param('key') key: string) {
    session.set(key, true);
    await session.commit();
    await this.auth.login(session, '42');
    await session.set(`${key}, later`, true).commit();
    return {};
  }

  @Post('logout/:key')
  async logout(@Session() session: Session, @Param('key') key: string) {
    const saving = session.set(key, true).commit();
    await this.auth.logout(session);
    await saving;
    return {};
  }
}

const keys = Array.from({ length: 20 }, (_, index) => `key${String(index)}`);

describe.each(platforms)('%s', (platform) => {
  let running: RunningApp;
  let store: GatheringStore;

  async function begin(options: { maxSessionsPerUser?: number } = {}) {
    store = new GatheringStore();
    // A turn that somebody waits for in vain would take an hour.
    const session = { store, storeTimeout: '1h', ...options };
    running = await startApp({ platform, session, controllers: [SavingController] });
    const jar = running.jar();
    await jar.fetch('/begin', post);
    return jar;
  }

  afterEach(() => running.close());

  it('commit() in parallel handlers waits for the others, and never for itself', async () => {
    const jar = await begin();
    store.gather(keys.length);
    const answers = await Promise.all(keys.map((key) => jar.fetch(`/saving/${key}`, post)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(await jar.json('/read')).toEqual({ keys: 41, user: null });
  });

  it('nor does a login that waits for the lock of the session limit', async () => {
    const jar = await begin({ maxSessionsPerUser: 1 });
    store.gather(keys.length);
    const browsers = keys.map((key) => ({ key, browser: jar.copy() }));
    const answers = await Promise.all(browsers.map(({ key, browser }) => browser.fetch(`/login/${key}`, post)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const left = await Promise.all(
      browsers.map(async ({ browser }) => (await browser.json('/read')) as { user: string | null }),
    );
    expect(left.filter(({ user }) => user === '42').length).toBe(1);
  });

  it('nor does a logout of a request that is saving', async () => {
    const jar = await begin();
    await jar.fetch('/login/first', post);
    const browsers = keys.map((key) => ({ key, browser: jar.copy() }));
    store.gather(keys.length);
    const answers = await Promise.all(browsers.map(({ key, browser }) => browser.fetch(`/logout/${key}`, post)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(await jar.json('/read')).toEqual({ keys: 0, user: null });
  });
});
