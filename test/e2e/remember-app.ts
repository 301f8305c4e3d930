import { Body, Controller, Get, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  isListable,
  RequestLoader,
  Session,
  SessionAuthGuard,
  type LoginOptions,
  type SessionModuleOptions,
  type SessionStore,
  type SessionUser,
  type UserId,
  type UserLoader,
} from 'nestjs-session-auth';
import type { ServerResponse } from 'node:http';
import { MemoryStore } from '../../lib/stores/memory/index.js';
import { standaloneContext } from '../../lib/stores/store-context.js';
import { startApp, type PlatformName, type RunningApp } from '../support/app.js';
import { FailingStore } from '../support/failing-store.js';
import { HeardEvents } from '../support/heard-events.js';
import type { CookieJar } from '../support/jar.js';

export const second = 1_000;
export const minute = 60 * second;
export const day = 24 * 60 * minute;

/** More than `REMEMBER_GRACE` is by default. */
export const afterGrace = 31 * second;

type NodeResponse = ServerResponse | { readonly raw: ServerResponse };

/** Who is there, as an application sees it. */
export interface Seen {
  readonly user: UserId | null;
  readonly remembered: boolean;
  readonly fresh: boolean;
  readonly data: Record<string, unknown>;
  /** The public id. */
  readonly id: string;
}

@Controller()
export class RememberController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  async login(@Session() session: Session, @Body() body: { user: UserId; options?: LoginOptions }) {
    await this.auth.login(session, body.user, body.options);
    return { id: session.id };
  }

  /** Asks who is there, which is what lets remember-me in. */
  @Get('who')
  async who(@CurrentUser() user: (SessionUser & { readonly id: UserId }) | null, @Session() session: Session) {
    return {
      user: user?.id ?? null,
      remembered: this.auth.isRestored(session),
      fresh: user !== null && (await this.auth.isFresh(session, user)),
      data: session.toJSON(),
      id: session.id,
    } satisfies Seen;
  }

  /** Does not ask. */
  @Get('session')
  session(@Session() session: Session) {
    return { user: this.auth.userId(session), data: session.toJSON() };
  }

  @Get('wish')
  wish(@CurrentUser() _user: unknown, @Session() session: Session) {
    return { isRemembered: this.auth.isRemembered(session) };
  }

  /** A new password: all logins end, and the user is in again, remembered as before. */
  @Post('new-password')
  async newPassword(@Session() session: Session) {
    const remember = this.auth.isRemembered(session);
    const userId = this.auth.userId(session) ?? 0;
    await this.auth.logoutEverywhere(userId);
    await this.auth.logout(session);
    await this.auth.login(session, userId, { remember });
    return {};
  }

  @Get('guarded')
  @UseGuards(SessionAuthGuard)
  guarded(@CurrentUser('id') id: UserId) {
    return { user: id };
  }

  @Get('readonly')
  async readonly(
    @Session({ readonly: true }) session: Session,
    @CurrentUser('id') id: UserId | null,
    @Session('basket') basket: unknown,
  ) {
    return { user: id, seen: this.auth.userId(session), basket: basket ?? null };
  }

  @Get('stream')
  @UseGuards(SessionAuthGuard)
  stream(@Res() response: NodeResponse, @CurrentUser('id') id: UserId) {
    const raw = 'raw' in response ? response.raw : response;
    raw.write('for ');
    raw.end(String(id));
  }

  @Get('untouched')
  untouched() {
    return {};
  }

  @Post('set/:key')
  set(@Session() session: Session, @Param('key') key: string) {
    session.set(key, true);
    return {};
  }

  @Post('who-and-set/:key')
  whoAndSet(@CurrentUser('id') user: UserId | null, @Session() session: Session, @Param('key') key: string) {
    session.set(key, true);
    return { user, id: session.id };
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }

  @Post('confirm')
  @UseGuards(SessionAuthGuard)
  async confirm(@Session() session: Session) {
    await this.auth.confirm(session);
    return {};
  }

  @Post('everywhere')
  async everywhere(@Body() { user }: { user: UserId }) {
    return { sessions: await this.auth.logoutEverywhere(user) };
  }

  @Post('elsewhere')
  async elsewhere(@Session() session: Session) {
    return { sessions: await this.auth.logoutEverywhere(this.auth.userId(session) ?? '', { except: session }) };
  }

  @Post('everyone')
  async everyone() {
    await this.auth.logoutAllUsers();
    return {};
  }

  @Get('devices')
  devices(@Query('user') user: string) {
    return this.auth.sessions(Number(user));
  }

  @Post('revoke')
  async revoke(@Body() { user, publicId }: { user: UserId; publicId: string }) {
    return { ended: await this.auth.revoke(user, publicId) };
  }
}

/** An API key in a header: who is there without any session. */
@RequestLoader()
export class ByKey {
  load(request: { readonly headers: Record<string, unknown> }): SessionUser | null {
    return request.headers['x-key'] === 'robot' ? { id: 'robot' } : null;
  }
}

/** The application's users. There is everybody but those that a test has taken away. */
export class AllUsers {
  readonly gone = new Set<UserId>();
  readonly inactive = new Set<UserId>();
  error: Error | null = null;
  readonly asked: UserId[] = [];

  readonly load: UserLoader = (id) => {
    this.asked.push(id);
    if (this.error !== null) throw this.error;
    return this.gone.has(id) ? null : { id, isActive: !this.inactive.has(id) };
  };
}

export interface PlaceSetup {
  readonly platform: PlatformName;
  readonly options?: SessionModuleOptions;
  /** In place of a memory store that goes by the place's clock; it may be made for that. */
  readonly store?: SessionStore | ((now: () => number) => SessionStore);
  /** How many applications share the store. Default: one. */
  readonly instances?: number;
  readonly controllers?: Parameters<typeof startApp>[0]['controllers'];
  readonly logger?: Parameters<typeof startApp>[0]['logger'];
}

/** An application whose users may be remembered, with what a test wants to see of it. */
export class RememberPlace {
  readonly heard = new HeardEvents();
  readonly users = new AllUsers();
  readonly clock = { now: Date.UTC(2026, 5, 1) };
  readonly store: FailingStore;
  #apps: RunningApp[] = [];

  constructor(private readonly setup: PlaceSetup) {
    const now = (): number => this.clock.now;
    const { store = (clock: () => number) => new MemoryStore({}, { ...standaloneContext, now: clock }) } = setup;
    this.store = new FailingStore(typeof store === 'function' ? store(now) : store);
  }

  static async start(setup: PlaceSetup): Promise<RememberPlace> {
    const place = new RememberPlace(setup);
    await place.#start();
    return place;
  }

  async stop(): Promise<void> {
    for (const app of this.#apps) await app.close();
    await this.store.close();
  }

  app(instance = 0): RunningApp {
    const app = this.#apps[instance];
    if (app === undefined) throw new Error('The application has not been started.');
    return app;
  }

  jar(): CookieJar {
    return this.app().jar();
  }

  pass(ms: number): void {
    this.clock.now += ms;
  }

  /** A browser with a user who is remembered; what happened meanwhile is forgotten. */
  async remembered(user: UserId = 7, options: LoginOptions = {}): Promise<CookieJar> {
    const jar = this.jar();
    const response = await jar.fetch('/login', json({ user, options: { remember: true, ...options } }));
    if (response.status !== 201) throw new Error(`Not logged in: ${String(response.status)}`);
    this.forget();
    return jar;
  }

  /** The same, when its session is over: there is only the remember cookie left. */
  async away(user: UserId = 7, options: LoginOptions = {}): Promise<CookieJar> {
    return this.withCookie(rememberCookieOf(await this.remembered(user, options)));
  }

  /** A browser that has this remember cookie, and nothing else. */
  withCookie(cookie: string, instance = 0): CookieJar {
    const jar = this.app(instance).jar();
    jar.set('remember_token', cookie);
    return jar;
  }

  who(jar: CookieJar): Promise<Seen> {
    return jar.json('/who') as Promise<Seen>;
  }

  /** Who the owner of this session cookie is. */
  async userAt(session: string | undefined): Promise<UserId | null> {
    const jar = this.jar();
    if (session !== undefined) jar.set('session', session);
    return ((await jar.json('/session')) as Seen).user;
  }

  /** What the store has now, where it can list it. */
  async keys(): Promise<string[]> {
    const { inner } = this.store;
    if (!isListable(inner)) throw new Error('This store cannot list its keys.');
    const keys: string[] = [];
    for await (const key of inner.keys()) keys.push(key);
    return keys;
  }

  forget(): void {
    this.heard.forget();
    this.users.asked.length = 0;
    Object.assign(this.store.calls, { read: 0, write: 0, touch: 0, delete: 0 });
  }

  get calls(): number {
    return Object.values(this.store.calls).reduce((sum, count) => sum + count, 0);
  }

  async #start(): Promise<void> {
    const { platform, options, instances = 1, controllers = [], logger } = this.setup;
    for (let instance = 0; instance < instances; instance++) {
      this.#apps.push(
        await startApp({
          platform,
          controllers: [RememberController, ...controllers],
          providers: [ByKey],
          ...(logger === undefined ? {} : { logger }),
          session: {
            store: this.store,
            observer: this.heard.observer,
            userLoader: this.users.load,
            clock: () => this.clock.now,
            ...options,
          },
        }),
      );
    }
    this.forget();
  }
}

export const post = { method: 'POST' };

export function json(body: unknown): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

export function rememberCookieOf(jar: CookieJar): string {
  const cookie = jar.get('remember_token');
  if (cookie === undefined) throw new Error('There is no remember cookie.');
  return cookie;
}

/** The Set-Cookie lines of one cookie in an answer. */
export function linesOf(response: Response, name = 'remember_token'): string[] {
  return response.headers.getSetCookie().filter((line) => line.startsWith(`${name}=`));
}

/** A line that removes the cookie. */
export const clearing =
  /^remember_token=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=\/; SameSite=Lax$/;

/** Runs `count` of them at once. */
export function times<Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}
