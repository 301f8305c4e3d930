import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { AuthService, Session } from 'nestjs-session-auth';
import { startApp } from '../support/app.js';
import { commits, rawResponse, servers } from './http-table.js';
import { combinations } from '../support/combinations.js';

const post = { method: 'POST' };

@Controller()
class HastyController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  login(@Session() session: Session) {
    void this.auth.login(session, 7);
    return {};
  }

  @Post('login-by-hand')
  loginByHand(@Session() session: Session, @Res() response: object) {
    void this.auth.login(session, 7);
    const raw: ServerResponse = rawResponse(response);
    raw.end('done');
  }

  @Post('confirm')
  confirm(@Session() session: Session) {
    void this.auth.confirm(session);
    return {};
  }

  @Post('logout')
  logout(@Session() session: Session) {
    void this.auth.logout(session);
    return {};
  }

  @Get('who')
  who(@Session() session: Session) {
    return { user: this.auth.userId(session) };
  }
}

for (const { platform, commit } of combinations({ platform: servers, commit: commits })) {
  describe(`what a handler does not await, on ${platform}, commit: ${commit}`, () => {
    it.each(['/login', '/login-by-hand'])('is waited for by the answer: %s', async (path) => {
      const running = await startApp({ platform, controllers: [HastyController], session: { commit } });
      try {
        const jar = running.jar();
        expect((await jar.fetch(path, post)).headers.getSetCookie()).toHaveLength(1);
        expect(await jar.json('/who')).toEqual({ user: 7 });
        const before = jar.copy();
        await jar.fetch('/confirm', post);
        expect(jar.get('session')).not.toBe(before.get('session'));
        expect(await jar.json('/who')).toEqual({ user: 7 });
        await jar.fetch('/logout', post);
        expect(jar.get('session')).toBeUndefined();
        expect(await jar.json('/who')).toEqual({ user: null });
      } finally {
        await running.close();
      }
    });
  });
}
