import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  ForbiddenException,
  Get,
  HttpException,
  ImATeapotException,
  Injectable,
  Post,
  UseGuards,
  type ExecutionContext,
  type INestApplication,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { AuthService, Fresh, Public, Roles, Session, SessionAuthGuard, type Freshness } from 'nestjs-session-auth';
import { platforms, startApp, type AppSetup, type RunningApp } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import { HeardEvents } from '../support/heard-events.js';
import { ask } from '../support/raw-http.js';

@Injectable()
class ForbiddingGuard extends SessionAuthGuard {
  protected override refuse(context: ExecutionContext): never {
    throw new ForbiddenException(`${context.getHandler().name} is for customers`);
  }
}

@Injectable()
class Texts {
  readonly closed = 'We are closed';
}

/** Has a constructor of its own, and answers in its own way. */
@Injectable()
class OwnAnswersGuard extends SessionAuthGuard {
  constructor(private readonly texts: Texts) {
    super();
  }

  protected override async refuse(context: ExecutionContext): Promise<never> {
    const user = await this.auth.user(context);
    throw new ImATeapotException(user === null ? this.texts.closed : 'This is no refusal');
  }

  protected override askAgain(_context: ExecutionContext, { action = null }: Partial<Freshness>): never {
    throw new HttpException(`Once more for ${String(action)}`, 428);
  }

  protected override forbid(_context: ExecutionContext, reason: 'roles' | 'permissions'): never {
    throw new HttpException(`You lack ${reason}`, 451);
  }
}

@Controller('own')
@UseGuards(OwnAnswersGuard)
class OwnAnswersController {
  @Get('me')
  me() {
    return { inside: true };
  }

  @Get('action')
  @Fresh({ action: 'leave' })
  action() {
    return { inside: true };
  }

  @Get('admin')
  @Roles('admin')
  admin() {
    return { inside: true };
  }

  @Get('public')
  @Public()
  public() {
    return { inside: true };
  }
}

@Controller()
class GuardedController {
  constructor(private readonly auth: AuthService) {}

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me() {
    return { inside: true };
  }

  @Post('orders')
  @UseGuards(SessionAuthGuard)
  order() {
    return { inside: true };
  }

  @Get('special')
  @UseGuards(ForbiddingGuard)
  special() {
    return { inside: true };
  }

  @Get('open')
  open() {
    return { inside: true };
  }

  @Get('login')
  loginPage() {
    return { page: 'login' };
  }

  @Post('login')
  async login(@Session() session: Session) {
    await this.auth.login(session, 42);
    return {};
  }
}

const page = { accept: 'text/html,application/xhtml+xml' };
const api = { accept: 'application/json' };

describe.each(inTurn(platforms))('%s', (platform) => {
  let running: RunningApp | null = null;
  afterEach(async () => {
    await running?.close();
    running = null;
  });

  async function started(setup: AppSetup = {}): Promise<RunningApp> {
    return (running = await startApp({ platform, controllers: [GuardedController], ...setup }));
  }

  describe('without a login page', () => {
    it.each([
      ['an API client', api],
      ['a browser', page],
    ])('%s that is not logged in gets a 401 in JSON', async (_who, headers) => {
      const { url } = await started();
      const response = await ask(`${url}/me`, { headers });

      expect(response.status).toBe(401);
      expect(response.headers['content-type']).toMatch(/^application\/json/);
      expect(JSON.parse(response.body)).toEqual({ statusCode: 401, message: 'Unauthorized' });
      expect(response.headers['set-cookie']).toBeUndefined();
      expect(response.headers.vary).toContain('Cookie');
    });

    it('who is logged in is let in', async () => {
      const jar = (await started()).jar();
      await jar.fetch('/login', { method: 'POST' });
      expect(await jar.json('/me')).toEqual({ inside: true });
    });
  });

  describe('with a login page', () => {
    const session = { redirects: { loginUrl: '/login?lang=de' } };

    it('a browser is sent there, and where it wanted to go comes along', async () => {
      const { url } = await started({ session });
      const response = await ask(`${url}/me?tab=2&from=a%20b`, { headers: page });

      expect(response.status).toBe(302);
      expect(response.headers.location).toBe('/login?lang=de&next=%2Fme%3Ftab%3D2%26from%3Da%2520b');
      expect(response.headers['set-cookie']).toBeUndefined();
      expect(response.headers.vary).toContain('Cookie');
    });

    it('a browser that wanted to change something is sent there with 303, to read', async () => {
      const { url } = await started({ session });
      const response = await ask(`${url}/orders`, {
        method: 'POST',
        headers: { ...page, 'sec-fetch-mode': 'navigate' },
      });

      expect(response.status).toBe(303);
      expect(response.headers.location).toBe('/login?lang=de&next=%2F');
    });

    it('the path that comes along is the one that the client asked for, with the global prefix', async () => {
      const prepare = (app: INestApplication) => void app.setGlobalPrefix('shop');
      const { url } = await started({ session, prepare });
      const response = await ask(`${url}/shop/me`, { headers: page });
      expect(response.headers.location).toBe('/login?lang=de&next=%2Fshop%2Fme');
    });

    it.each([
      ['an API client', api],
      ['who says nothing', {}],
      ['a script that fetches', { ...page, 'sec-fetch-mode': 'cors' }],
      ['an XMLHttpRequest', { ...page, 'x-requested-with': 'XMLHttpRequest' }],
    ])('%s gets a 401, never a redirect', async (_who, headers) => {
      const { url } = await started({ session });
      const response = await ask(`${url}/me`, { headers });

      expect(response.status).toBe(401);
      expect(response.headers.location).toBeUndefined();
      expect(JSON.parse(response.body)).toEqual({ statusCode: 401, message: 'Unauthorized' });
    });

    it('who is logged in is let in', async () => {
      const { url, jar: newJar } = await started({ session });
      const jar = newJar();
      await jar.fetch('/login', { method: 'POST' });
      expect((await ask(`${url}/me`, { headers: { ...page, cookie: jar.header } })).status).toBe(200);
    });
  });

  describe('for all routes at once', () => {
    it.each(['useClass', 'useExisting'])('as APP_GUARD by %s it guards every route', async (how) => {
      const guard = { provide: APP_GUARD, [how]: SessionAuthGuard } as {
        provide: string;
        useClass: typeof SessionAuthGuard;
      };
      const jar = (await started({ providers: [guard] })).jar();
      for (const path of ['/me', '/open', '/special']) expect((await jar.fetch(path)).status).toBe(401);
    });

    it('it does not send a browser from the login page to the login page', async () => {
      const guard = { provide: APP_GUARD, useExisting: SessionAuthGuard };
      const { url } = await started({ providers: [guard], session: { redirects: { loginUrl: '/login' } } });

      expect((await ask(`${url}/open`, { headers: page })).status).toBe(302);
      expect((await ask(`${url}/login?next=%2Fopen`, { headers: page })).status).toBe(401);
    });

    it('as a global guard it does the same', async () => {
      const prepare = (app: INestApplication) => void app.useGlobalGuards(app.get(SessionAuthGuard));
      expect((await (await started({ prepare })).jar().fetch('/open')).status).toBe(401);
    });
  });

  it('a guard that extends it answers in its own way', async () => {
    const { url } = await started();
    const response = await ask(`${url}/special`, { headers: page });
    expect(response.status).toBe(403);
    expect(JSON.parse(response.body)).toMatchObject({ message: 'special is for customers' });
  });

  describe('a guard that extends it', () => {
    const heard = new HeardEvents();

    it('has what it needs injected, and answers each refusal in its own way, of which the observer hears', async () => {
      const session = { observer: heard.observer };
      const controllers = [GuardedController, OwnAnswersController];
      const { jar: newJar } = await started({ session, controllers, providers: [Texts] });
      const jar = newJar();
      const answer = async (path: string): Promise<unknown> => {
        const response = await jar.fetch(path);
        return [response.status, ((await response.json()) as { message: string }).message];
      };

      expect(await answer('/own/me')).toEqual([418, 'We are closed']);
      await jar.fetch('/login', { method: 'POST' });
      expect(await answer('/own/action')).toEqual([428, 'Once more for leave']);
      expect(await answer('/own/admin')).toEqual([451, 'You lack roles']);
      expect(heard.of('refused')).toMatchObject([{ reason: 'login' }, { reason: 'fresh' }, { reason: 'roles' }]);
      expect(await jar.json('/own/me')).toEqual({ inside: true });
      expect(await newJar().json('/own/public')).toEqual({ inside: true });
    });
  });

  it('outside of HTTP it lets nobody in, and says why', async () => {
    const { app } = await started();
    const context = new ExecutionContextHost(
      [{}, {}],
      GuardedController,
      Object.getOwnPropertyDescriptor(GuardedController.prototype, 'open')?.value as () => unknown,
    );
    context.setType('rpc');
    await expect(app.get(SessionAuthGuard).canActivate(context)).rejects.toMatchObject({ code: 'SESSION_UNREACHABLE' });
  });
});

describe('a login page that cannot be one', () => {
  it.each(['login', 'javascript:alert(1)', '/log in', '/login\r\nSet-Cookie: a=b', '/löfgren'])(
    '%j is refused at boot',
    async (loginUrl) => {
      await expect(startApp({ session: { redirects: { loginUrl } } })).rejects.toMatchObject({
        problems: [{ setting: 'SESSION_LOGIN_URL (redirects.loginUrl)' }],
      });
    },
  );
});
