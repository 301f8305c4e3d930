import {
  Body,
  Controller,
  Get,
  Injectable,
  Module,
  Param,
  Post,
  Res,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { EventEmitter2, EventEmitterModule } from '@nestjs/event-emitter';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { WsAdapter } from '@nestjs/platform-ws';
import { WebSocketGateway } from '@nestjs/websockets';
import {
  AuthService,
  CsrfGuard,
  CurrentUser,
  LoginAttempts,
  Roles,
  Session,
  SessionAuthGuard,
  SessionListener,
  SessionService,
  type LoginOptions,
  type SessionCounts,
  type SessionEventName,
  type SessionModuleOptions,
  type SessionUser,
  type UserId,
} from 'nestjs-session-auth';
import { SessionEventsModule } from 'nestjs-session-auth/events';
import { standaloneContext } from '../../lib/stores/store-context.js';
import { startApp, type PlatformName, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { Checkpoints } from '../support/checkpoint.js';
import { HeardEvents } from '../support/heard-events.js';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { ReadonlyStore } from '../support/readonly-store.js';
import { rawResponse } from './http-table.js';
import { Browser, home, type Client } from './protection-browser.js';

export const password = 'correct horse battery staple';
export const account = 'ada@shop.example';

/** Everything that brings an event about, as an application does it. */
@Controller()
export class EventfulController {
  constructor(
    private readonly auth: AuthService,
    private readonly checkpoints: Checkpoints,
  ) {}

  @Post('login')
  async login(@Session() session: Session, @Body() { user = 7, ...options }: LoginOptions & { user?: UserId }) {
    await this.auth.login(session, user, options);
    return { id: session.id };
  }

  @Post('inactive')
  async inactive(@Session() session: Session) {
    const user = { id: 7, isActive: false };
    await this.auth.login(session, user);
    return {};
  }

  @Post('password')
  async withPassword(
    @Session() session: Session,
    @Body() body: { account: string; password: string },
    @LoginAttempts() attempts: LoginAttempts,
  ) {
    const user = await attempts.attempt(body.account, () => (body.password === password ? { id: 7 } : null));
    if (user === null) throw new UnauthorizedException();
    await this.auth.login(session, user);
    return {};
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }

  @Post('confirm')
  async confirm(@Session() session: Session, @Body() options: { action?: string; factors?: string[] }) {
    await this.auth.confirm(session, options);
    return {};
  }

  @Get('who')
  who(@CurrentUser() user: SessionUser | null, @Session() session: Session) {
    return { user, id: session.id, data: session.toJSON() };
  }

  @Get('session')
  session(@Session() session: Session) {
    return { id: session.id, data: session.toJSON() };
  }

  @Post('form')
  @UseGuards(CsrfGuard)
  form() {
    return {};
  }

  @Get('guarded')
  @UseGuards(SessionAuthGuard)
  guarded() {
    return {};
  }

  @Get('admins')
  @Roles('admin')
  admins() {
    return {};
  }

  @Post('set')
  set(@Session() session: Session, @Body() values: Record<string, unknown>) {
    session.update(values);
    return {};
  }

  /** The same, which ends only when it is let go. */
  @Post('slowly/:checkpoint')
  async slowly(
    @Session() session: Session,
    @Body() values: Record<string, unknown>,
    @Param('checkpoint') checkpoint: string,
  ) {
    session.update(values);
    await this.checkpoints.at(checkpoint).pass();
    return {};
  }

  @Post('regenerate')
  async regenerate(@Session() session: Session) {
    await session.regenerate();
    return {};
  }

  @Post('destroy')
  async destroy(@Session() session: Session) {
    await session.destroy();
    return {};
  }

  /** Changes the session when the head of the answer has gone out. */
  @Post('too-late')
  tooLate(@Session() session: Session, @Res() response: object) {
    const raw = rawResponse(response);
    raw.write('begun ');
    session.set('basket', true);
    raw.end('ended');
  }

  @Post('everywhere')
  async everywhere(@Body() { user }: { user: UserId }) {
    return { sessions: await this.auth.logoutEverywhere(user) };
  }

  @Post('everyone')
  async everyone() {
    await this.auth.logoutAllUsers();
    return {};
  }

  @Post('revoke')
  async revoke(@Body() { user, publicId }: { user: UserId; publicId: string }) {
    return { ended: await this.auth.revoke(user, publicId) };
  }
}

@WebSocketGateway({ path: '/live' })
class LiveGateway {}

/** A provider that hears everything. */
abstract class Listener {
  readonly heard = new HeardEvents();

  constructor() {
    Object.assign(this, this.heard.observer);
  }
}

@Injectable()
@SessionListener()
class FirstListener extends Listener {}

@Injectable()
@SessionListener()
class SecondListener extends Listener {}

@Module({ providers: [SecondListener] })
class ElsewhereModule {}

export interface PlaceSetup {
  readonly platform: PlatformName;
  readonly options?: SessionModuleOptions;
  /** Whether the server believes every proxy. Default: none. */
  readonly trust?: boolean;
}

/** An application whose events are listened to in every way there is. */
export class EventfulPlace {
  readonly clock = { now: Date.UTC(2026, 5, 1) };
  readonly store = new ReadonlyStore({}, { ...standaloneContext, now: () => this.clock.now });
  readonly logger = new CapturedLogger();
  readonly checkpoints = new Checkpoints();
  readonly #observer = new HeardEvents();
  readonly #emitted: HeardEvents['all'] = [];
  #running: RunningApp | null = null;

  static async start({ platform, options, trust = false }: PlaceSetup): Promise<EventfulPlace> {
    const place = new EventfulPlace();
    const { store, clock, checkpoints, logger } = place;
    const running = await startApp({
      platform,
      adapter: platform === 'fastify' ? new FastifyAdapter({ trustProxy: trust }) : new ExpressAdapter(),
      prepare: (app) => {
        app.useWebSocketAdapter(new WsAdapter(app));
        if (platform === 'express') (app as NestExpressApplication).set('trust proxy', trust);
      },
      logger,
      session: { store, clock: () => clock.now, observer: place.#observer.observer, ...options },
      imports: [EventEmitterModule.forRoot(), SessionEventsModule.forRoot(), ElsewhereModule],
      controllers: [EventfulController],
      providers: [FirstListener, LiveGateway, { provide: Checkpoints, useValue: checkpoints }],
    });
    running.app.get(EventEmitter2).onAny((name, event) => {
      const [prefix, ...rest] = String(name).split('.');
      if (prefix !== 'session') throw new Error(`An event without the prefix: ${String(name)}`);
      place.#emitted.push({ name: rest.join('.') as SessionEventName, event });
    });
    place.#running = running;
    return place;
  }

  async stop(): Promise<void> {
    await this.#running?.close();
  }

  get running(): RunningApp {
    if (this.#running === null) throw new Error('The application has not been started.');
    return this.#running;
  }

  /** What was heard, by the way in which it was. */
  get heard(): Readonly<Record<'observer' | 'provider' | 'elsewhere' | 'emitter', HeardEvents['all']>> {
    const { app } = this.running;
    return {
      observer: this.#observer.all,
      provider: app.get(FirstListener).heard.all,
      elsewhere: app.get(SecondListener, { strict: false }).heard.all,
      emitter: this.#emitted,
    };
  }

  get counts(): SessionCounts {
    return this.running.app.get(SessionService).counts;
  }

  forget(): void {
    for (const heard of Object.values(this.heard)) heard.length = 0;
  }

  browser(client: Client = home): Browser {
    return new Browser(this.running.url, client);
  }

  async loggedIn(options: LoginOptions & { user?: UserId } = {}): Promise<Browser> {
    const browser = this.browser();
    const { status } = await browser.post('/login', options);
    if (status !== 201) throw new Error(`Not logged in: ${String(status)}`);
    return browser;
  }

  /** Opens a WebSocket with the browser's cookies; it has a login from then on. @returns a function that waits until it is closed */
  async socketOf({ cookies }: Browser): Promise<() => Promise<unknown>> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { cookie, 'user-agent': home.userAgent };
    const socket = new WebSocket(`${this.running.url.replace('http', 'ws')}/live`, { headers });
    const closed = once(socket, 'close');
    await once(socket, 'open');
    return async () => (await closed)[0] as unknown;
  }

  /** Starts to set values, in a request that goes on when it is let go. */
  async held(browser: Browser, values: Record<string, unknown>): Promise<{ end(): Promise<number> }> {
    const { name, checkpoint } = this.checkpoints.next();
    const answer = browser.post(`/slowly/${name}`, values);
    await checkpoint.reached;
    return {
      async end() {
        checkpoint.release();
        return (await answer).status;
      },
    };
  }
}

/** The public id of a browser's session. */
export async function idOf(browser: Browser): Promise<string> {
  const { id } = (await browser.json('/session')) as { readonly id: string };
  return id;
}
