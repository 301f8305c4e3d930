import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { Controller, Get, Param, Post } from '@nestjs/common';
import { AuthService, Session, type SessionModuleOptions } from 'nestjs-session-auth';
import { combinations } from '../support/combinations.js';
import { commits } from './http-table.js';
import { platforms, startApp, type PlatformName, type RunningApp } from '../support/app.js';
import { Checkpoints } from '../support/checkpoint.js';
import { HeardEvents } from '../support/heard-events.js';
import type { CookieJar } from '../support/jar.js';
import { RedisServer } from '../support/servers/redis.js';
import { storedKeys } from '../support/stored-keys.js';
import { temporaryFolder } from '../support/temporary-folder.js';

export const post = { method: 'POST' };

/** What passes between a request's read of its session and its save. */
const workMs = 20;

const checkpoints = new Checkpoints();

@Controller()
export class RacesController {
  constructor(private readonly auth: AuthService) {}

  @Get('untouched')
  untouched() {
    return {};
  }

  @Get('read')
  read(@Session() session: Session) {
    return { data: session.toJSON(), user: this.auth.userId(session) };
  }

  @Post('set/:key')
  set(@Session() session: Session, @Param('key') key: string) {
    session.set(key, true);
    return {};
  }

  @Post('work-and-set/:key')
  async workAndSet(@Session() session: Session, @Param('key') key: string) {
    await pause(workMs);
    session.set(key, true);
    return {};
  }

  @Post('work-and-push/:item')
  async workAndPush(@Session() session: Session, @Param('item') item: string) {
    const items = session.get('items', []) as string[];
    await pause(workMs);
    items.push(item);
    session.set('items', items);
    return {};
  }

  @Post('work-and-count')
  async workAndCount(@Session() session: Session) {
    await pause(workMs);
    session.mutate('n', (n) => Number(n ?? 0) + 1);
    return {};
  }

  @Post('held-set/:key/:checkpoint')
  async heldSet(@Session() session: Session, @Param('key') key: string, @Param('checkpoint') checkpoint: string) {
    await checkpoints.at(checkpoint).pass();
    session.set(key, true);
    return {};
  }

  @Post('held-permanent/:checkpoint')
  async heldPermanent(@Session() session: Session, @Param('checkpoint') checkpoint: string) {
    await checkpoints.at(checkpoint).pass();
    session.permanent = true;
    return {};
  }

  @Post('login/:user')
  async login(@Session() session: Session, @Param('user') user: string) {
    await this.auth.login(session, user);
    return {};
  }

  @Post('held-login/:user/:checkpoint')
  async heldLogin(@Session() session: Session, @Param('user') user: string, @Param('checkpoint') checkpoint: string) {
    await checkpoints.at(checkpoint).pass();
    await this.auth.login(session, user);
    return {};
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }

  @Post('held-logout/:checkpoint')
  async heldLogout(@Session() session: Session, @Param('checkpoint') checkpoint: string) {
    await checkpoints.at(checkpoint).pass();
    await this.auth.logout(session);
    return {};
  }

  @Post('logout-and-flash')
  async logoutAndFlash(@Session() session: Session) {
    await this.auth.logout(session);
    session.flash('info', 'Good bye.');
    return {};
  }

  @Post('destroy')
  async destroy(@Session() session: Session) {
    await session.destroy();
    return {};
  }

  @Post('regenerate')
  async regenerate(@Session() session: Session) {
    await session.regenerate();
    return {};
  }
}

/** One request that is under way, and waits to be released. */
export interface HeldRequest {
  readonly jar: CookieJar;
  /** Lets it go on, and gives its response. */
  finish(): Promise<Response>;
}

/** An application under test on one platform and one store. */
export class Place {
  readonly heard = new HeardEvents();
  #running: RunningApp | null = null;
  #release: () => Promise<void> | void = () => undefined;
  #redis: RedisServer | null = null;

  constructor(
    readonly name: string,
    private readonly platform: PlatformName,
    private readonly store: 'memory' | 'filesystem' | 'redis',
    private readonly options: SessionModuleOptions,
  ) {}

  async start(): Promise<void> {
    const session = { ...(await this.#startStore()), observer: this.heard.observer, ...this.options };
    this.#running = await startApp({ platform: this.platform, session, controllers: [RacesController] });
  }

  async stop(): Promise<void> {
    await this.#running?.close();
    await this.#release();
  }

  get running(): RunningApp {
    if (this.#running === null) throw new Error('The application has not been started.');
    return this.#running;
  }

  /** A browser that has a session with this key. */
  async visitor(key = 'seed'): Promise<CookieJar> {
    const jar = this.running.jar();
    await jar.fetch(`/set/${key}`, post);
    return jar;
  }

  /** A browser of a user who is logged in. */
  async user(id: string): Promise<CookieJar> {
    const jar = await this.visitor();
    await jar.fetch(`/login/${id}`, post);
    return jar;
  }

  /** A request of the jar's browser that has read its session and waits: `/held-set/late`, say. */
  async hold(jar: CookieJar, path: string): Promise<HeldRequest> {
    const { name, checkpoint } = checkpoints.next();
    const own = jar.copy();
    const response = own.fetch(`${path}/${name}`, post);
    await checkpoint.reached;
    return {
      jar: own,
      finish: () => {
        checkpoint.release();
        return response;
      },
    };
  }

  /** What the session behind a cookie holds, and who is logged in there. */
  async at(cookie: string | undefined): Promise<{ data: Record<string, unknown>; user: string | null }> {
    const jar = this.running.jar();
    if (cookie !== undefined) jar.set('session', cookie);
    return (await jar.json('/read')) as { data: Record<string, unknown>; user: string | null };
  }

  keys(): Promise<string[]> {
    return storedKeys(this.running.app, this.#redis);
  }

  async #startStore(): Promise<SessionModuleOptions> {
    if (this.store === 'memory') return { type: 'memory' };
    if (this.store === 'filesystem') {
      const folder = temporaryFolder('races');
      this.#release = () => {
        folder.remove();
      };
      return { type: 'filesystem', filesystem: { dir: folder.path } };
    }
    const server = await RedisServer.start();
    this.#redis = server;
    this.#release = () => server.stop();
    return { type: 'redis', redis: { url: server.url } };
  }
}

/** Runs the cases over every store, on both platforms and with both ways to commit. */
export function describePlaces(cases: (place: Place) => void, options: SessionModuleOptions = {}): void {
  const stores = ['memory', 'filesystem', 'redis'] as const;
  for (const { store, platform, commit } of combinations({ store: stores, platform: platforms, commit: commits })) {
    const name = `${store}, ${platform}, commit: ${commit}`;
    describe(name, () => {
      const place = new Place(name, platform, store, { commit, ...options });
      beforeAll(() => place.start());
      afterAll(() => place.stop());
      cases(place);
    });
  }
}
