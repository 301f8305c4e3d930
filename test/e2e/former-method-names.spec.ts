import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, HttpCode, Post, UnauthorizedException, UseGuards } from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  LoginAttempts,
  Session,
  SessionAuthGuard,
  type SessionUser,
} from 'nestjs-session-auth';
import { startApp, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';

/** An application that was written for the former names. */
@Controller()
class FormerController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  @HttpCode(200)
  async login(
    @Body() body: { password: string },
    @Session() session: Session,
    @LoginAttempts() attempts: LoginAttempts,
  ) {
    // oxlint-disable-next-line typescript/no-deprecated -- it is what is tested
    const user = await attempts.run('ann', () => (body.password === 'right' ? { id: 7 } : null));
    if (user === null) throw new UnauthorizedException();
    await this.auth.login(session, user);
    return {};
  }

  @Post('everyone')
  @HttpCode(200)
  async everyone() {
    // oxlint-disable-next-line typescript/no-deprecated -- it is what is tested
    await this.auth.logoutEveryone();
    return {};
  }

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() user: SessionUser) {
    return user;
  }
}

describe('the former names of methods', () => {
  const logger = new CapturedLogger();
  let running: RunningApp;
  beforeAll(async () => {
    const now = Date.now();
    running = await startApp({ controllers: [FormerController], logger, session: { clock: () => now } });
  });
  afterAll(() => running.close());

  const login = (password: string) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password }),
  });

  it('do what they did, and are told of once', async () => {
    const jar = running.jar();
    expect((await jar.fetch('/login', login('wrong'))).status).toBe(401);
    expect((await jar.fetch('/login', login('right'))).status).toBe(200);
    expect((await jar.fetch('/me')).status).toBe(200);
    for (let times = 0; times < 2; times++) await jar.fetch('/everyone', { method: 'POST' });
    expect((await jar.fetch('/me')).status).toBe(401);
    expect(logger.at('warn').filter((line) => line.includes('former name'))).toEqual([
      expect.stringContaining('LoginAttempts.run() is now attempt().'),
      expect.stringContaining('AuthService.logoutEveryone() is now logoutAllUsers().'),
    ]);
  });

  it('are counted by the limiter like the new ones', async () => {
    const jar = running.jar();
    const statuses: number[] = [];
    for (let times = 0; times < 6; times++) statuses.push((await jar.fetch('/login', login('wrong'))).status);
    expect(statuses.at(-1)).toBe(429);
  });
});
