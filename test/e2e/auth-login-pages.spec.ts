import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Post, UseGuards, type ExecutionContext } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthService, Fresh, Public, Session, SessionAuthGuard } from 'nestjs-session-auth';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import { ask } from '../support/raw-http.js';

const html = { accept: 'text/html' };
const session = {
  redirects: { loginUrl: '/login', confirmUrl: '/confirm' },
  messages: { login: 'Log in first.' },
};

@Injectable()
class StaffGuard extends SessionAuthGuard {
  protected override loginUrlOf(): string | null {
    return '/staff/login';
  }

  protected override confirmUrlOf(): string | null {
    return '/staff/confirm';
  }
}

@Injectable()
class ApiGuard extends SessionAuthGuard {
  protected override loginUrlOf(): string | null {
    return null;
  }
}

@Controller('shop')
@UseGuards(SessionAuthGuard)
class ShopController {
  constructor(private readonly auth: AuthService) {}

  @Get('orders')
  orders() {
    return {};
  }

  @Post('login')
  @Public()
  async login(@Session() session: Session) {
    await this.auth.login(session, 7, { fresh: false });
  }
}

@Controller('staff')
@UseGuards(StaffGuard)
class StaffController {
  @Get('orders')
  orders() {
    return {};
  }

  @Get('login')
  form() {
    return {};
  }

  @Get('secrets')
  @Fresh()
  secrets() {
    return {};
  }
}

@Controller('api')
@UseGuards(ApiGuard)
class ApiController {
  @Get('orders')
  orders() {
    return {};
  }
}

@Injectable()
class WholeGuard extends SessionAuthGuard {
  protected override loginUrlOf(context: ExecutionContext): string | null {
    return context.getClass() === RestController ? '/rest/login' : super.loginUrlOf(context);
  }
}

@Controller('rest')
class RestController {
  @Get()
  all() {
    return {};
  }
}

describe.each(inTurn(platforms))('%s: a guard with a login page of its own', (platform) => {
  let running: RunningApp;
  afterEach(async () => {
    await running.close();
  });

  async function place(path: string, headers: Record<string, string> = html) {
    const response = await ask(running.url + path, { headers });
    return [response.status, response.headers.location];
  }

  it('sends who is not logged in there, and leaves the other guards theirs', async () => {
    running = await startApp({ platform, session, controllers: [ShopController, StaffController, ApiController] });
    expect(await place('/staff/orders')).toEqual([302, '/staff/login?next=%2Fstaff%2Forders']);
    expect(await place('/shop/orders')).toEqual([302, '/login?next=%2Fshop%2Forders']);
    expect(await place('/api/orders')).toEqual([401, undefined]);
    expect(await place('/staff/orders', { accept: 'application/json' })).toEqual([401, undefined]);
    expect(await place('/staff/login')).toEqual([401, undefined]);
  });

  it('chooses by the controller where it guards the whole application', async () => {
    running = await startApp({
      platform,
      session,
      controllers: [ShopController, RestController],
      providers: [{ provide: APP_GUARD, useClass: WholeGuard }],
    });
    expect(await place('/rest')).toEqual([302, '/rest/login?next=%2Frest']);
    expect(await place('/shop/orders')).toEqual([302, '/login?next=%2Fshop%2Forders']);
  });

  it('sends a login that is not fresh to its page to confirm at', async () => {
    running = await startApp({ platform, session, controllers: [ShopController, StaffController] });
    const jar = running.jar();
    await jar.fetch('/shop/login', { method: 'POST' });
    expect(await place('/staff/secrets', { ...html, cookie: jar.header })).toEqual([
      302,
      '/staff/confirm?next=%2Fstaff%2Fsecrets',
    ]);
  });
});
