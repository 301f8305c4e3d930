import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Post } from '@nestjs/common';
import { AuthService, Session, type SessionModuleOptions } from 'nestjs-session-auth';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { combinations } from '../support/combinations.js';
import { HeardEvents } from '../support/heard-events.js';

const post = { method: 'POST' };

@Controller()
class LogoutController {
  constructor(private readonly auth: AuthService) {}

  @Get('me')
  me(@Session() session: Session) {
    return { user: this.auth.userId(session) };
  }

  @Post('add')
  add(@Session() session: Session) {
    session.set('cart', 1);
    return {};
  }

  @Post('login')
  async login(@Session() session: Session) {
    await this.auth.login(session, { id: 7 });
    return {};
  }

  @Post('confirm')
  async confirm(@Session() session: Session) {
    await this.auth.confirm(session);
    return {};
  }

  @Post('regenerate')
  async regenerate(@Session() session: Session) {
    await session.regenerate();
    return {};
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }
}

const kinds = ['memory', 'sealed'] as const;

function optionsOf(kind: (typeof kinds)[number], heard: HeardEvents): SessionModuleOptions {
  const observer = heard.observer;
  if (kind === 'memory') return { observer };
  return { type: 'cookie', sealed: { revocations: 'memory' }, observer };
}

// Another tab sent it before the answer with the new cookie was there.
describe.each(combinations({ platform: platforms, kind: kinds, move: ['confirm', 'regenerate'] }))(
  'a logout that arrives with the cookie of before: %j',
  ({ platform, kind, move }) => {
    async function within(work: (running: RunningApp, heard: HeardEvents) => Promise<void>): Promise<void> {
      const heard = new HeardEvents();
      const running = await startApp({ platform, controllers: [LogoutController], session: optionsOf(kind, heard) });
      try {
        await work(running, heard);
      } finally {
        await running.close();
      }
    }

    it('ends the login that has just got a new id, and nobody who reads with that cookie is logged in', () =>
      within(async (running, heard) => {
        const jar = running.jar();
        await jar.fetch('/login', post);
        const late = jar.copy();
        await jar.fetch(`/${move}`, post);
        expect(await jar.json('/me')).toEqual({ user: 7 });
        expect(await late.copy().json('/me')).toEqual({ user: null });
        const response = await late.fetch('/logout', post);
        const lines = response.headers.getSetCookie();
        expect(lines).not.toEqual([]);
        expect(lines.filter((line) => !line.includes('Max-Age=0'))).toEqual([]);
        expect(await jar.json('/me')).toEqual({ user: null });
        expect(heard.of('destroyed')).toHaveLength(1);
      }));

    it('ends nothing where a login has taken the place of what the cookie named', () =>
      within(async (running) => {
        const jar = running.jar();
        await jar.fetch('/add', post);
        const late = jar.copy();
        await jar.fetch('/login', post);
        const response = await late.fetch('/logout', post);
        expect(response.headers.getSetCookie()).toEqual([]);
        expect(await jar.json('/me')).toEqual({ user: 7 });
      }));
  },
);
