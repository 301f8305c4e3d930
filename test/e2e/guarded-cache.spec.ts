import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Header, Post, Res, UseGuards } from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  Public,
  Roles,
  Session,
  SessionAuthGuard,
  type SessionModuleOptions,
} from 'nestjs-session-auth';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import type { CookieJar } from '../support/jar.js';
import { commits, rawResponse } from './http-table.js';

@Controller()
@UseGuards(SessionAuthGuard)
class PagesController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  @Public()
  async login(@Session() session: Session) {
    await this.auth.login(session, 7);
  }

  @Get('account')
  account() {
    return {};
  }

  @Get('admin')
  @Roles('admin')
  admin() {
    return {};
  }

  @Get('own')
  @Header('Cache-Control', 'private, max-age=60')
  own() {
    return {};
  }

  @Get('static')
  static(@Res() response: object) {
    rawResponse(response).writeHead(200, { 'Cache-Control': 'public, max-age=0' }).end('{}');
  }

  @Get('open')
  @Public()
  open(@CurrentUser() user: object | null) {
    return { user };
  }

  @Get('untouched')
  @Public()
  untouched() {
    return {};
  }
}

describe.each(platforms.flatMap((platform) => commits.map((commit) => [platform, commit] as const)))(
  '%s, commit by %s',
  (platform, commit) => {
    let running: RunningApp;
    afterEach(() => running.close());

    async function loggedIn(session: SessionModuleOptions = {}): Promise<CookieJar> {
      running = await startApp({ platform, session: { commit, ...session }, controllers: [PagesController] });
      const jar = running.jar();
      await jar.fetch('/login', { method: 'POST' });
      return jar;
    }

    async function cacheOf(jar: CookieJar, paths: readonly string[]): Promise<Record<string, unknown>> {
      const entries = paths.map(async (path) => [path, (await jar.fetch(path)).headers.get('cache-control')] as const);
      return Object.fromEntries(await Promise.all(entries));
    }

    it('ASVS 14.3.2: what a guard protects is kept by no cache, that for Back included', async () => {
      const jar = await loggedIn();
      expect(await cacheOf(jar, ['/account', '/admin', '/own', '/static', '/open', '/untouched'])).toEqual({
        '/account': 'no-store',
        // What is refused as well.
        '/admin': 'no-store',
        // The handler's word holds, and that of who serves files by themselves is none.
        '/own': 'private, max-age=60',
        '/static': 'no-store',
        '/open': 'private',
        '/untouched': null,
      });
      expect((await running.jar().fetch('/account')).headers.get('cache-control')).toBe('no-store');
    });

    it('the browser may keep it where the application says so', async () => {
      const jar = await loggedIn({ guardedCache: 'private' });
      expect(await cacheOf(jar, ['/account', '/static', '/own'])).toEqual({
        '/account': 'private',
        '/static': 'private',
        '/own': 'private, max-age=60',
      });
    });
  },
);
