import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, HttpCode, Injectable, Post, UseGuards, type ExecutionContext } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-local';
import { LoginLimiter } from '../../lib/auth/limiter/login-limiter.js';
import type { RunningApp } from '../support/app.js';
import { Accounts, posted, right, startLimited, wrong, type Credentials } from './limiter-app.js';

@Injectable()
class LocalStrategy extends PassportStrategy(Strategy) {
  constructor(private readonly accounts: Accounts) {
    super({ usernameField: 'email' });
  }

  async validate(email: string, password: string): Promise<{ id: string } | false> {
    return (await this.accounts.verify({ email, password })) ?? false;
  }
}

@Injectable()
class LimitedLocalGuard extends AuthGuard('local') {
  constructor(private readonly limiter: LoginLimiter) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const { body } = context.switchToHttp().getRequest<{ body: Credentials }>();
    return this.limiter.attempt(context, body.email, async () => (await super.canActivate(context)) === true);
  }
}

@Controller()
class PassportController {
  @Post('passport')
  @HttpCode(200)
  @UseGuards(LimitedLocalGuard)
  login() {
    return {};
  }
}

describe('the limiter around a strategy of Passport', () => {
  let running: (RunningApp & { readonly accounts: Accounts }) | null = null;
  afterEach(() => running?.close());

  it('counts what the strategy refuses, and refuses before it is asked', async () => {
    running = await startLimited({
      controllers: [PassportController],
      providers: [LocalStrategy, LimitedLocalGuard],
    });
    const statuses: number[] = [];
    for (let made = 0; made < 7; made++) {
      statuses.push((await running.jar().fetch('/passport', wrong('ada'))).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect(running.accounts.checks).toBe(5);

    const browser = running.jar();
    expect((await browser.fetch('/passport', right('bob'))).status).toBe(200);
    expect(browser.get('known_device')).toBeDefined();
    expect((await running.jar().fetch('/passport', posted({ email: 'carol' }))).status).toBe(401);
  });
});
