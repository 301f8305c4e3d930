import { promisify } from 'node:util';
import {
  Body,
  Controller,
  createParamDecorator,
  Get,
  Param,
  Post,
  Req,
  Res,
  UseGuards,
  type ExecutionContext,
} from '@nestjs/common';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  AuthService,
  CurrentUser,
  Fresh,
  isListable,
  RequestLoader,
  Session,
  SessionAuthGuard,
  SessionService,
  type LoginOptions,
  type SessionModuleOptions,
  type SessionStore,
  type SessionUser,
  type UserId,
} from 'nestjs-session-auth';
import { MemoryStore } from '../../lib/stores/memory/index.js';
import { startApp, type PlatformName, type RunningApp } from '../support/app.js';
import { FailingStore } from '../support/failing-store.js';
import { HeardEvents } from '../support/heard-events.js';
import { patienceMs } from '../support/patience.js';
import { rawResponse } from './http-table.js';
import { Browser, home, type Client, type Seen } from './protection-browser.js';

interface Reloadable {
  reload(done: (error?: unknown) => void): void;
}

const Context = createParamDecorator((_: unknown, context: ExecutionContext) => context);

@Controller()
export class ProtectedController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionService,
  ) {}

  @Post('login')
  async login(@Session() session: Session, @Body() { user = 7, ...options }: LoginOptions & { user?: UserId }) {
    await this.auth.login(session, user, options);
    return { id: session.id };
  }

  @Get('who')
  async who(@CurrentUser() user: (SessionUser & { readonly id: UserId }) | null, @Session() session: Session) {
    return {
      user: user?.id ?? null,
      fresh: user !== null && (await this.auth.isFresh(session, user)),
      remembered: this.auth.isRestored(session),
      data: session.toJSON(),
      id: session.id,
    } satisfies Seen;
  }

  /** Asks for nothing but the session. */
  @Get('session')
  session(@Session() session: Session) {
    return {
      user: this.auth.userId(session),
      data: session.toJSON(),
      isNew: session.isNew,
      flashes: session.flashes(),
    };
  }

  @Get('readonly')
  readonly(@Session({ readonly: true }) session: Session) {
    return { user: this.auth.userId(session), data: session.toJSON(), isNew: session.isNew };
  }

  @Get('one-value')
  oneValue(@Session('basket') basket: unknown) {
    return { basket: basket ?? null };
  }

  @Get('guarded')
  @UseGuards(SessionAuthGuard)
  guarded() {
    return { inside: true };
  }

  @Get('fresh')
  @Fresh()
  fresh() {
    return { inside: true };
  }

  @Post('confirm')
  @UseGuards(SessionAuthGuard)
  async confirm(@Session() session: Session, @Body() options: { action?: string }) {
    await this.auth.confirm(session, options);
    return {};
  }

  @Get('deleting')
  @Fresh({ action: 'delete' })
  deleting() {
    return { inside: true };
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }

  @Post('set/:key')
  set(@Session() session: Session, @Param('key') key: string) {
    session.set(key, true);
    return { user: this.auth.userId(session) };
  }

  /** What no request by GET should do. */
  @Get('taken')
  taken(@Session() session: Session) {
    session.set('taken', true);
    return { keys: session.keys() };
  }

  @Get('committed-by-get')
  async committedByGet(@Session() session: Session) {
    session.set('taken', true);
    await session.commit();
    return {};
  }

  @Get('as-express')
  asExpress(@Req() request: { readonly session: Record<string, unknown> }) {
    request.session['flash'] ??= {};
    return {};
  }

  @Get('ended-as-express')
  endedAsExpress(@Req() request: { session: unknown }) {
    request.session = null;
    return {};
  }

  @Get('left-by-get')
  async leftByGet(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }

  @Get('entered-by-get')
  async enteredByGet(@Session() session: Session) {
    await this.auth.login(session, 8);
    return {};
  }

  @Get('again-by-get')
  async againByGet(@Session() session: Session) {
    await this.auth.login(session, 7, { remember: true });
    return {};
  }

  @Get('confirmed-by-get')
  @UseGuards(SessionAuthGuard)
  async confirmedByGet(@Session() session: Session) {
    await this.auth.confirm(session);
    return {};
  }

  @Post('flash')
  flash(@Session() session: Session) {
    session.flash('notice', 'for the owner alone');
    return {};
  }

  @Get('fails')
  fails(@Session() session: Session) {
    throw new Error(`failed in ${session.id}`);
  }

  /** The head of the answer goes out while the session is being loaded. */
  @Get('late')
  async late(@Context() context: ExecutionContext, @Res() response: object) {
    const raw = rawResponse(response);
    const loading = this.sessions.get(context);
    raw.writeHead(200).write('begun ');
    const session = await loading;
    raw.end(JSON.stringify({ user: this.auth.userId(session), data: session.toJSON() }));
  }

  @Get('streamed')
  streamed(@Session() session: Session, @Res() response: object) {
    const raw = rawResponse(response);
    raw.write('data ');
    raw.end(JSON.stringify(session.toJSON()));
  }

  /** As express-session does it. */
  @Get('reloaded')
  async reloaded(@Req() request: { readonly session: Reloadable }, @Session() session: Session) {
    await promisify((done: (error?: unknown) => void) => request.session.reload(done))();
    const user = this.auth.userId(session);
    return { user, fresh: user !== null && (await this.auth.isFresh(session, { id: user })) };
  }

  @Get('left')
  async left(@Context() context: ExecutionContext) {
    return this.sessions.status(context);
  }
}

/** An API key in a header: who is there without any session. */
@RequestLoader()
class ByKey {
  load(request: { readonly headers: Record<string, unknown> }): SessionUser | null {
    return request.headers['x-key'] === 'robot' ? { id: 'robot' } : null;
  }
}

export interface PlaceSetup {
  readonly platform: PlatformName;
  readonly options?: SessionModuleOptions;
  readonly store?: SessionStore;
  /** What the server is told of proxies: `trust proxy` of Express, `trustProxy` of Fastify. Default: nothing. */
  readonly trust?: boolean | number | string;
}

/** An application whose logins are protected, with what a test wants to see of it. */
export class ProtectedPlace {
  readonly heard = new HeardEvents();
  readonly clock = { now: Date.UTC(2026, 5, 1) };
  readonly store: FailingStore;
  /** One, as a rule. */
  readonly #processes: RunningApp[] = [];

  private constructor(private readonly setup: PlaceSetup) {
    this.store = new FailingStore(setup.store ?? new MemoryStore());
  }

  static async start(setup: PlaceSetup): Promise<ProtectedPlace> {
    const place = new ProtectedPlace(setup);
    await place.anotherProcess();
    return place;
  }

  /** Where requests do not wait for those of the first one. @returns its origin */
  async anotherProcess(): Promise<string> {
    const { platform, trust = false, options } = this.setup;
    const running = await startApp({
      platform,
      adapter:
        platform === 'fastify'
          ? new FastifyAdapter({ trustProxy: typeof trust === 'number' ? hops(trust) : trust })
          : new ExpressAdapter(),
      prepare: (app) => {
        if (platform === 'express') (app as NestExpressApplication).set('trust proxy', trust);
      },
      session: {
        store: this.store,
        observer: this.heard.observer,
        clock: () => this.clock.now,
        // A held call to the store waits for whatever a test does meanwhile, such as starting another process.
        storeTimeout: patienceMs / 1000,
        ...options,
      },
      controllers: [ProtectedController],
      providers: [ByKey],
    });
    this.#processes.push(running);
    return running.url;
  }

  async stop(): Promise<void> {
    for (const running of this.#processes) await running.close();
  }

  get running(): RunningApp {
    const [running] = this.#processes;
    if (running === undefined) throw new Error('The application has not been started.');
    return running;
  }

  browser(client: Client = home, cookies?: Map<string, string>): Browser {
    return new Browser(this.running.url, client, cookies);
  }

  /** A browser whose user has logged in; what happened meanwhile is forgotten. */
  async loggedIn(client: Client = home, options: LoginOptions = {}): Promise<Browser> {
    const browser = this.browser(client);
    const { status } = await browser.post('/login', options);
    if (status !== 201) throw new Error(`Not logged in: ${String(status)}`);
    this.forget();
    return browser;
  }

  /** What was heard and counted until now plays no part any more. */
  forget(): void {
    this.heard.forget();
    for (const method of ['read', 'write', 'touch', 'delete'] as const) this.store.calls[method] = 0;
  }

  /** The keys of the sessions that are stored. */
  async sessions(): Promise<string[]> {
    const { inner } = this.store;
    if (!isListable(inner)) throw new Error('This store cannot list its keys.');
    const keys: string[] = [];
    for await (const key of inner.keys()) if (/^session:[\w-]{43}$/.test(key)) keys.push(key);
    return keys;
  }
}

/** Fastify has no number of proxies to trust. */
function hops(count: number): (address: string, hop: number) => boolean {
  return (_address, hop) => hop < count;
}
