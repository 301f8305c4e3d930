import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Post, Scope } from '@nestjs/common';
import { AuthService, Session, SessionLoginRefusedError } from 'nestjs-session-auth';
import type { Arrival, AuthFeature, Entry } from '../../lib/auth/auth-feature.js';
import { LoginFeature } from '../../lib/auth/features.js';
import { RememberFamilies } from '../../lib/auth/remember/remember-families.js';
import { startApp, type RunningApp } from '../support/app.js';

const heard: string[] = [];

@LoginFeature()
@Injectable()
class Watch implements AuthFeature {
  constructor(private readonly auth: AuthService) {}

  arrived({ session }: Arrival): undefined {
    heard.push(`arrived ${String(this.auth.userId(session))}`);
  }

  entered({ userId }: Entry): void {
    heard.push(`entered ${String(userId)}`);
  }

  leaving(): Promise<void> {
    heard.push('leaving');
    return Promise.resolve();
  }
}

@Controller()
class UserController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  login(@Session() session: Session): Promise<void> {
    return this.auth.login(session, 'ada');
  }

  @Post('logout')
  logout(@Session() session: Session): Promise<void> {
    return this.auth.logout(session);
  }

  @Post('everyone')
  everyone(): Promise<void> {
    return this.auth.logoutAllUsers();
  }

  @Get('read')
  read(@Session() session: Session): object {
    return { visits: session.get('visits') ?? 0 };
  }
}

describe('a provider that is marked as a feature', () => {
  let app: RunningApp;

  beforeEach(async () => {
    heard.length = 0;
    app = await startApp({ controllers: [UserController], providers: [Watch] });
  });

  afterEach(() => app.close());

  it('hears of logins, of their use and of their ends', async () => {
    const jar = app.jar();
    await jar.fetch('/login', { method: 'POST' });
    await jar.fetch('/read');
    await jar.fetch('/logout', { method: 'POST' });
    expect(heard).toEqual(['entered ada', 'arrived ada', 'arrived ada', 'leaving']);
  });

  it('is not asked about a login that a feature before it has ended', async () => {
    const jar = app.jar();
    await jar.fetch('/login', { method: 'POST' });
    await app.jar().fetch('/everyone', { method: 'POST' });
    await jar.fetch('/read');
    expect(heard).toEqual(['entered ada']);
  });
});

@Controller()
class RememberingController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  login(@Session() session: Session): Promise<void> {
    return this.auth.login(session, 'ada', { remember: true });
  }
}

describe('a feature that rejects a login', () => {
  @LoginFeature()
  @Injectable()
  class Closed implements AuthFeature {
    entering(): Promise<never> {
      return Promise.reject(new SessionLoginRefusedError('inactive', 'Closed.'));
    }
  }

  it('leaves nothing of it: no session, and no remembered login; listeners hear why', async () => {
    const refused: string[] = [];
    const app = await startApp({
      session: { observer: { refused: ({ reason }) => refused.push(reason) } },
      controllers: [RememberingController],
      providers: [Closed],
    });
    const jar = app.jar();
    expect((await jar.fetch('/login', { method: 'POST' })).status).toBe(403);
    expect(jar.header).toBe('');
    expect(refused).toEqual(['inactive']);
    expect(await app.app.get(RememberFamilies, { strict: false }).has('ada')).toBe(false);
    await app.close();
  });
});

it('is refused where it is made anew for each request', async () => {
  @LoginFeature()
  @Injectable({ scope: Scope.REQUEST })
  class Anew implements AuthFeature {}

  await expect(startApp({ providers: [Anew] })).rejects.toThrow(/Anew.*Scope\.REQUEST/s);
});
