import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  HttpCode,
  Injectable,
  Module,
  Post,
  Req,
  UseGuards,
  type ExecutionContext,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import {
  AuthService,
  CurrentUser,
  Fresh,
  RequestLoader,
  Session,
  SessionAuthGuard,
  type ExpressSession,
  type SessionUser,
} from 'nestjs-session-auth';
import type { RequestHandler } from 'express';
import passport from 'passport';
import { platforms } from '../support/app.js';
import { FailingStore } from '../support/failing-store.js';
import { HeardEvents } from '../support/heard-events.js';
import {
  behind,
  credentials,
  loggedIn,
  post,
  startPassport,
  type Account,
  type PassportApp,
  type PassportRequest,
  type PassportSetup,
} from './passport-app.js';

let running: PassportApp | null = null;

async function start(setup?: PassportSetup): Promise<PassportApp> {
  return (running = await startPassport(setup));
}

afterEach(async () => {
  await running?.close();
  running = null;
});

/** What the documents recommend: Passport says who it is, and the login is that of this package. */
@Controller()
class BridgeController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  @HttpCode(200)
  @UseGuards(AuthGuard('local'))
  async login(@Req() { user }: { readonly user: Account }, @Session() session: Session) {
    await this.auth.login(session, user);
    return {};
  }

  @Post('cart')
  cart(@Session() session: Session) {
    session.set('cart', true);
    return {};
  }

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser('id') id: number) {
    return { id };
  }

  @Get('secret')
  @Fresh()
  @UseGuards(SessionAuthGuard)
  secret() {
    return { secret: true };
  }

  @Post('logout')
  @HttpCode(200)
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }
}

/** Lets a user whom Passport has found pass the guards of this package. */
@Injectable()
@RequestLoader()
class PassportUser {
  load(request: PassportRequest): SessionUser | null {
    return behind(request).user ?? null;
  }
}

for (const platform of platforms) {
  describe(`AuthService.login() behind a strategy of Passport, on ${platform}`, () => {
    it('logs in for SessionAuthGuard, with the events, the devices and the freshness of this package, and no middleware', async () => {
      const heard = new HeardEvents();
      const session = { observer: heard.observer };
      const app = await start({ platform, controllers: [BridgeController], session, middleware: false });
      const jar = app.jar();
      await jar.fetch('/cart', post);
      expect((await jar.fetch('/login', credentials('ada', 'wrong'))).status).toBe(401);
      expect((await jar.fetch('/me')).status).toBe(401);
      expect((await jar.fetch('/login', credentials('ada'))).status).toBe(200);
      expect(await jar.json('/me')).toEqual({ id: 7 });
      expect(await jar.json('/secret')).toEqual({ secret: true });
      expect(await jar.json('/who')).toMatchObject({ data: { cart: true } });
      expect(heard.of('login')).toEqual([expect.objectContaining({ userId: 7 })]);
      const auth = app.app.get(AuthService);
      expect(await auth.sessions(7)).toHaveLength(1);
      await jar.fetch('/logout', post);
      expect(heard.of('logout')).toHaveLength(1);
      expect((await jar.fetch('/me')).status).toBe(401);
    });
  });

  describe(`SessionAuthGuard beside a login of Passport's own, on ${platform}`, () => {
    it('knows nothing of it', async () => {
      const app = await start({ platform, controllers: [BridgeController] });
      const jar = await loggedIn(app);
      expect((await jar.fetch('/me')).status).toBe(401);
    });

    it('lets it pass where a request loader says so, but never as fresh', async () => {
      const app = await start({ platform, controllers: [BridgeController], providers: [PassportUser] });
      const jar = await loggedIn(app);
      expect(await jar.json('/me')).toEqual({ id: 7 });
      expect((await jar.fetch('/secret')).status).toBe(401);
      await jar.fetch('/out', post);
      expect((await jar.fetch('/me')).status).toBe(401);
    });
  });

  describe(`a store that fails while Passport logs in or out, on ${platform}`, () => {
    it('is answered with a 503, and nobody is logged in', async () => {
      const store = new FailingStore();
      const app = await start({ platform, session: { store } });
      const jar = app.jar();
      await jar.fetch('/set/cart', post);
      const { name, checkpoint } = app.nextCheckpoint();
      const login = jar.fetch('/in', credentials('ada', name));
      await checkpoint.reached;
      store.fail();
      checkpoint.release();
      expect((await login).status).toBe(503);
      store.recover();
      expect(await jar.json('/who')).toMatchObject({ user: null, data: { cart: true } });
    });

    it('is answered with a 503, and the user is not logged out', async () => {
      const store = new FailingStore();
      const app = await start({ platform, session: { store } });
      const jar = await loggedIn(app);
      store.write = () => Promise.reject(new Error('down'));
      expect((await jar.fetch('/out', post)).status).toBe(503);
      expect(await jar.json('/who')).toMatchObject({ user: 'ada' });
    });
  });
}

/** As strategies of OAuth do: keeps a state in the session, sends the browser away, and wants the state back. */
@Injectable()
class ElsewhereStrategy extends passport.Strategy {
  override name = 'elsewhere';

  constructor() {
    super();
    passport.use(this);
  }

  override authenticate(this: passport.StrategyCreated<ElsewhereStrategy>, request: object): void {
    const { session, query } = request as { readonly session: ExpressSession; readonly query: { state?: string } };
    const kept = session['oauth'] as { readonly state: string } | undefined;
    if (query.state === undefined) {
      session['oauth'] = { state: 'sent' };
      return this.redirect('https://elsewhere.example/?state=sent');
    }
    if (query.state !== kept?.state) return this.fail('state', 403);
    delete session['oauth'];
    return this.success({ id: 7, name: 'ada' } satisfies Account);
  }
}

/** A strategy that redirects writes to Node's response, which Fastify has behind its own. */
@Injectable()
class ElsewhereGuard extends AuthGuard('elsewhere') {
  getResponse(context: ExecutionContext): object {
    const response = context.switchToHttp().getResponse<object & { readonly raw?: object }>();
    return response.raw ?? response;
  }
}

@Controller()
class ElsewhereController {
  constructor(private readonly auth: AuthService) {}

  @Get('elsewhere')
  @UseGuards(ElsewhereGuard)
  async back(@Req() { user }: { readonly user: Account }, @Session() session: Session) {
    await this.auth.login(session, user);
    return { user: user.name };
  }
}

for (const platform of platforms) {
  describe(`a strategy that sends the browser away, on ${platform}`, () => {
    const setup = {
      platform,
      controllers: [ElsewhereController, BridgeController],
      providers: [ElsewhereStrategy],
      session: { eager: true },
      middleware: false,
    };

    it('has kept its state once the browser is back', async () => {
      const app = await start(setup);
      const jar = app.jar();
      const sent = await jar.fetch('/elsewhere');
      expect([sent.status, sent.headers.get('location')]).toEqual([302, 'https://elsewhere.example/?state=sent']);
      expect(await jar.json('/elsewhere?state=sent')).toEqual({ user: 'ada' });
      expect(await jar.json('/me')).toEqual({ id: 7 });
      expect(await jar.json('/who')).toMatchObject({ data: {} });
    });

    it('refuses a state that this browser was not sent away with', async () => {
      const app = await start(setup);
      const jar = app.jar();
      await app.jar().fetch('/elsewhere');
      expect((await jar.fetch('/elsewhere?state=sent')).status).toBe(401);
      expect((await jar.fetch('/me')).status).toBe(401);
    });
  });
}

/** As connect-flash does. */
function flash(request: PassportRequest & { flash?: unknown }, _response: object, next: () => void): void {
  request.flash = (type: string, message: string): void => {
    const messages = ((request.session ?? {}) as { flash?: Record<string, string[]> }).flash ?? {};
    (messages[type] ??= []).push(message);
    if (request.session) request.session['flash'] = messages;
  };
  next();
}

/** Passport's own middleware in place of a guard: it alone knows of messages and redirects. */
@Module({})
class FormModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    const local = passport.authenticate('local', {
      failureMessage: 'Wrong.',
      failureFlash: 'Wrong again.',
      failureRedirect: '/login',
      successRedirect: '/',
    }) as RequestHandler;
    consumer.apply(flash, local).forRoutes('form');
  }
}

describe("Passport's own middleware on Express", () => {
  it('leaves messages in the session, and redirects once they are saved', async () => {
    const app = await start({ imports: [FormModule] });
    const jar = app.jar();
    for (const tries of [1, 2]) {
      const failed = await jar.fetch('/form', credentials('ada', 'wrong'));
      expect([failed.status, failed.headers.get('location')]).toEqual([302, '/login']);
      const messages = Array.from({ length: tries }, () => 'Wrong.');
      const again = messages.map(() => 'Wrong again.');
      expect(await jar.json('/who')).toMatchObject({ user: null, data: { messages, '~flash': { error: again } } });
    }
    const passed = await jar.fetch('/form', credentials('ada'));
    expect([passed.status, passed.headers.get('location')]).toEqual([302, '/']);
    expect(await jar.json('/who')).toEqual({ user: 'ada', is: true, data: { passport: { user: 7 } } });
  });
});
