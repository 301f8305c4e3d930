import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  createParamDecorator,
  Controller,
  Get,
  Post,
  Req,
  Res,
  Sse,
  UseGuards,
  type ExecutionContext,
} from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  AuthService,
  CurrentUser,
  Session,
  SessionAuthGuard,
  SessionService,
  type SessionModuleOptions,
  type UserId,
} from 'nestjs-session-auth';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { finalize, Subject, startWith, type Observable } from 'rxjs';
import { SessionRuntime } from '../../lib/http/session-runtime.js';
import { startApp, type AppSetup, type PlatformName, type RunningApp } from '../support/app.js';
import { Checkpoint } from '../support/checkpoint.js';
import { combinations } from '../support/combinations.js';
import { FailingStore } from '../support/failing-store.js';
import { HeardEvents } from '../support/heard-events.js';
import type { CookieJar } from '../support/jar.js';
import { surroundings, type Surroundings } from '../support/surroundings.js';
import { until } from '../support/until.js';
import { commits, rawResponse, servers, type Commit } from './http-table.js';

const post = { method: 'POST' };
const minute = 60_000;

let ticks = new Subject<{ data: string }>();
/** How many streams somebody is subscribed to. */
let subscribers = 0;
let signals: AbortSignal[] = [];
/** What the answers that are written by hand were told. */
let failures: Error[] = [];
let beforeHead = new Checkpoint();

const Context = createParamDecorator((_: unknown, context: ExecutionContext) => context);

function stream(first: string): Observable<{ data: string }> {
  subscribers++;
  return ticks.pipe(
    startWith({ data: first }),
    finalize(() => subscribers--),
  );
}

@Controller()
class StreamController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionService,
  ) {}

  @Post('login')
  async login(@Session() session: Session) {
    await this.auth.login(session, 7);
    return {};
  }

  @Post('login-remembered')
  async loginRemembered(@Session() session: Session) {
    await this.auth.login(session, 7, { remember: true });
    return {};
  }

  @Post('login-8')
  async loginAsOther(@Session() session: Session) {
    await this.auth.login(session, 8);
    return {};
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }

  @Post('destroy')
  async destroy(@Session() session: Session) {
    await session.destroy();
    return {};
  }

  @Post('elsewhere')
  async elsewhere(@Session() session: Session) {
    await this.auth.logoutEverywhere(7, { except: session });
    return {};
  }

  @Post('regenerate')
  async regenerate(@Session() session: Session) {
    await session.regenerate();
    return {};
  }

  @Post('confirm')
  async confirm(@Session() session: Session) {
    await this.auth.confirm(session);
    return {};
  }

  @Sse('guarded')
  @UseGuards(SessionAuthGuard)
  guarded(@CurrentUser('id') id: UserId) {
    return stream(String(id));
  }

  @Sse('asked')
  asked(@Session() session: Session) {
    return stream(String(this.auth.userId(session)));
  }

  /** By hand: Nest may send the head of its streams before the handler is done. */
  @Get('late')
  @UseGuards(SessionAuthGuard)
  async late(@Res() response: object): Promise<void> {
    await beforeHead.pass();
    const raw = rawResponse(response);
    raw.setHeader('Content-Type', 'text/event-stream');
    raw.write('\n');
  }

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser('id') id: UserId) {
    return { id };
  }

  /** Comes upon the session that an eager middleware has put there. */
  @Sse('exposed')
  exposed(@Req() request: { session: Record<string, unknown> }) {
    return stream(Object.keys(request.session).length === 0 ? '7' : 'somebody');
  }

  @Sse('unasked')
  unasked() {
    return stream('unasked');
  }

  @Sse('login-and-stream')
  async loginAndStream(@Session() session: Session) {
    await this.auth.login(session, 7);
    return stream('7');
  }

  /** Writes by hand, and minds no backpressure. */
  @Get('by-hand')
  @UseGuards(SessionAuthGuard)
  byHand(@Res() response: object): void {
    const raw = rawResponse(response);
    raw.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
    raw.write('data: 7\n\n');
    const subscription = stream('').subscribe(({ data }) => raw.write(`data: ${data}\n\n`));
    raw.on('error', (error) => void failures.push(error));
    raw.once('close', () => {
      subscription.unsubscribe();
    });
  }

  @Get('download')
  download(@Context() context: ExecutionContext, @Res() response: object): void {
    signals.push(this.sessions.ended(context));
    const raw = rawResponse(response);
    raw.setHeader('Content-Type', 'application/octet-stream');
    raw.write('7');
    ticks.subscribe({ next: ({ data }) => raw.write(data), complete: () => raw.end() });
  }
}

class Reader {
  text = '';
  readonly ended: Promise<boolean>;

  constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8').on('data', (chunk: string) => (this.text += chunk));
    this.ended = once(response, 'close').then(() => response.complete);
  }

  async has(text: string): Promise<void> {
    await until(`the client has ${text}`, () => this.text.includes(text));
  }
}

/** Opens a stream, and waits for its first event. */
async function open(running: RunningApp, jar: CookieJar, path: string, first = '7'): Promise<Reader> {
  const request = get(new URL(path, running.url), { headers: { cookie: jar.header }, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const reader = new Reader(response);
  await reader.has(first);
  return reader;
}

function held(running: RunningApp): number {
  return running.app.get(SessionRuntime).heldLogins.size;
}

describe('answers that are under way when their login ends', () => {
  const apps: RunningApp[] = [];

  async function start(
    session: SessionModuleOptions = {},
    platform: PlatformName = 'express',
    setup: Pick<AppSetup, 'around' | 'adapter'> = {},
  ): Promise<RunningApp> {
    ticks = new Subject();
    signals = [];
    failures = [];
    beforeHead = new Checkpoint();
    subscribers = 0;
    const running = await startApp({ platform, controllers: [StreamController], session, ...setup });
    apps.push(running);
    return running;
  }

  async function login(running: RunningApp): Promise<CookieJar> {
    const jar = running.jar();
    await jar.fetch('/login', post);
    return jar;
  }

  afterEach(async () => {
    jest.useRealTimers();
    for (const running of apps.splice(0)) await running.close();
  });

  describe.each(combinations({ platform: servers, commit: commits }))(
    'on $platform, commit: $commit',
    ({ platform, commit }: { readonly platform: PlatformName; readonly commit: Commit }) => {
      const ways: Readonly<Record<string, (running: RunningApp, jar: CookieJar) => Promise<unknown>>> = {
        'a logout': (_, jar) => jar.copy().fetch('/logout', post),
        'destroy()': (_, jar) => jar.copy().fetch('/destroy', post),
        'another user who logs in there': (_, jar) => jar.copy().fetch('/login-8', post),
        'revoke()': async ({ app }) => {
          const auth = app.get(AuthService);
          const [device] = await auth.sessions(7);
          expect(await auth.revoke(7, device?.publicId ?? '')).toBe(true);
        },
        'logoutEverywhere()': ({ app }) => app.get(AuthService).logoutEverywhere(7),
        'logoutAllUsers()': ({ app }) => app.get(AuthService).logoutAllUsers(),
        'the limit of sessions': (running) => login(running),
      };

      it.each(Object.keys(ways))('ASVS 7.4.1: an event stream ends with %s, and lets go of its source', async (way) => {
        const session = { commit, maxSessionsPerUser: way === 'the limit of sessions' ? 1 : null };
        const running = await start(session, platform);
        const jar = await login(running);
        const readers = await Promise.all(['/guarded', '/asked', '/by-hand'].map((path) => open(running, jar, path)));
        expect(held(running)).toBe(3);
        await ways[way]?.(running, jar);
        ticks.next({ data: 'secret' });
        expect(await Promise.all(readers.map(({ ended }) => ended))).toEqual([true, true, true]);
        expect(readers.map(({ text }) => text).join()).not.toContain('secret');
        await until('nobody listens any more', () => subscribers === 0);
        expect(held(running)).toBe(0);
      });

      it('drops what is written to a stream that has just ended, and tells its writer of no error', async () => {
        const running = await start({ commit }, platform);
        const jar = await login(running);
        const reader = await open(running, jar, '/by-hand');
        let written = 0;
        running.app.get(SessionRuntime).repository.endedLogins.listen(() => {
          // After the end of the answer, and before anybody hears of its close.
          queueMicrotask(() => {
            queueMicrotask(() => {
              written = subscribers;
              ticks.next({ data: 'secret' });
            });
          });
        });
        await jar.fetch('/logout', post);
        expect(await reader.ended).toBe(true);
        expect(written).toBe(1);
        await until('nobody listens any more', () => subscribers === 0);
        expect(reader.text).not.toContain('secret');
        expect(failures).toEqual([]);
      });

      it('goes on where another login ends, and where its own gets a new id', async () => {
        const running = await start({ commit }, platform);
        const jar = await login(running);
        const other = await login(running);
        const reader = await open(running, jar, '/guarded');
        await other.fetch('/logout', post);
        await login(running);
        await jar.fetch('/regenerate', post);
        await jar.fetch('/confirm', post);
        await jar.fetch('/elsewhere', post);
        ticks.next({ data: 'still here' });
        await reader.has('still here');
        reader.response.destroy();
        await until('it lets go', () => held(running) === 0);
      });

      it('leaves alone what has not asked who is there, and what nobody has logged in to', async () => {
        const running = await start({ commit }, platform);
        const jar = await login(running);
        const unasked = await open(running, jar, '/unasked', 'unasked');
        const anonymous = await open(running, running.jar(), '/asked', 'null');
        expect(held(running)).toBe(0);
        await running.app.get(AuthService).logoutEverywhere(7);
        await running.app.get(AuthService).logoutAllUsers();
        ticks.next({ data: 'still here' });
        await unasked.has('still here');
        await anonymous.has('still here');
        unasked.response.destroy();
        anonymous.response.destroy();
      });

      it('ends with the login that it has made itself', async () => {
        const running = await start({ commit }, platform);
        const reader = await open(running, running.jar(), '/login-and-stream');
        await running.app.get(AuthService).logoutEverywhere(7);
        expect(await reader.ended).toBe(true);
      });

      it('lets go of the login when the stream ends by itself', async () => {
        const running = await start({ commit }, platform);
        const jar = await login(running);
        const reader = await open(running, jar, '/guarded');
        ticks.complete();
        expect(await reader.ended).toBe(true);
        await until('it lets go', () => held(running) === 0);
      });

      it('cuts no download, and aborts the signal that its handler has asked for', async () => {
        const running = await start({ commit }, platform);
        const jar = await login(running);
        const reader = await open(running, jar, '/download');
        const anonymous = await open(running, running.jar(), '/download');
        const [signal, ofNobody] = signals;
        await until('it is held', () => held(running) === 2);
        expect(signal?.aborted).toBe(false);
        await jar.fetch('/logout', post);
        expect(signal?.aborted).toBe(true);
        expect(signal?.reason).toMatchObject({ code: 'SESSION_GONE' });
        expect(ofNobody?.aborted).toBe(false);
        ticks.next({ data: 'the rest' });
        await reader.has('the rest');
        ticks.complete();
        expect(await reader.ended).toBe(true);
        expect(await anonymous.ended).toBe(true);
        await until('it lets go', () => held(running) === 0);
      });
    },
  );

  describe.each(combinations({ around: Object.keys(surroundings), platform: servers, commit: commits }))(
    'behind $around, on $platform, commit: $commit',
    ({ around, platform, commit }) => {
      it('an event stream ends with a logout', async () => {
        const running = await start({ commit }, platform, { around: around as Surroundings });
        const jar = await login(running);
        const readers = await Promise.all(['/guarded', '/by-hand'].map((path) => open(running, jar, path)));
        await jar.fetch('/logout', post);
        ticks.next({ data: 'secret' });
        expect(await Promise.all(readers.map(({ ended }) => ended))).toEqual([true, true]);
        expect(readers.map(({ text }) => text).join()).not.toContain('secret');
        await until('nobody listens any more', () => subscribers === 0);
        expect(held(running)).toBe(0);
      });
    },
  );

  it('an event stream that is being compressed ends with a logout, and whole', async () => {
    const running = await start({}, 'express', { around: 'a parent application that compresses' });
    const jar = await login(running);
    const headers = { cookie: jar.header, 'accept-encoding': 'gzip' };
    const request = get(new URL('/by-hand', running.url), { headers, agent: false });
    // Its head comes with the first bytes that the compression lets go of, which may be the last.
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    await until('it is held', () => held(running) === 1);
    await jar.fetch('/logout', post);
    const [response] = await answered;
    expect(response.headers['content-encoding']).toBe('gzip');
    expect(await text(response.pipe(createGunzip()))).toContain('data: 7');
    expect(held(running)).toBe(0);
  });

  it.each(commits)('an event stream over HTTP/2 ends with a logout, commit: %s', async (commit) => {
    const running = await start({ commit }, 'fastify', { adapter: new FastifyAdapter({ http2: true }) });
    const client = connect(running.url);
    try {
      const ask = async (headers: OutgoingHttpHeaders) => {
        const stream = client.request(headers).setEncoding('utf8');
        const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders];
        return { stream, answer };
      };
      const { stream: login, answer } = await ask({ ':path': '/login', ':method': 'POST' });
      login.resume();
      const cookie = answer['set-cookie']?.[0]?.split(';')[0] ?? '';
      const streams = await Promise.all(['/guarded', '/by-hand'].map((path) => ask({ ':path': path, cookie })));
      const texts = streams.map(({ stream }) => text(stream));
      await until('both are held', () => held(running) === 2);
      (await ask({ ':path': '/logout', ':method': 'POST', cookie })).stream.resume();
      ticks.next({ data: 'secret' });
      for (const read of await Promise.all(texts)) {
        expect(read).toContain('data: 7');
        expect(read).not.toContain('secret');
      }
      expect(streams.map(({ stream }) => stream.rstCode)).toEqual([0, 0]);
      await until('nobody listens any more', () => subscribers === 0);
    } finally {
      client.close();
    }
  });

  it.each(combinations({ platform: ['express', 'fastify'], commit: commits }))(
    'with eager sessions a stream whose login nobody has asked for goes on, and one that is guarded ends: %j',
    async ({ platform, commit }) => {
      const running = await start({ commit, eager: true }, platform);
      const jar = await login(running);
      const guarded = await open(running, jar, '/guarded');
      const unasked = await open(running, jar, '/unasked', 'unasked');
      const exposed = await open(running, jar, '/exposed');
      expect(held(running)).toBe(2);
      await jar.fetch('/logout', post);
      expect([await guarded.ended, await exposed.ended]).toEqual([true, true]);
      ticks.next({ data: 'still here' });
      await unasked.has('still here');
      unasked.response.destroy();
    },
  );

  it('a stream ends with the alarm about a copy of its remembered login', async () => {
    let now = Date.UTC(2026, 5, 1);
    const running = await start({ clock: () => now });
    const jar = running.jar();
    await jar.fetch('/login-remembered', post);
    const thief = running.jar();
    thief.set('remember_token', jar.get('remember_token') ?? '');
    const owner = thief.copy();
    const readers = [await open(running, jar, '/guarded')];
    for (let round = 0; round < 2; round++) await owner.fetch('/me');
    readers.push(await open(running, owner, '/guarded'));
    now += 10 * minute;
    expect((await thief.fetch('/me')).status).toBe(401);
    expect(await Promise.all(readers.map(({ ended }) => ended))).toEqual([true, true]);
    expect(held(running)).toBe(0);
  });

  it.each<[string, (reader: Reader, running: RunningApp) => unknown]>([
    ['its client has gone', (reader) => reader.response.destroy()],
    ['the application is closed', (_, { app }) => app.close()],
  ])('no timer is left once %s', async (_, leave) => {
    const running = await start();
    const jar = await login(running);
    jest.useFakeTimers({
      doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'performance', 'Date', 'queueMicrotask'],
    });
    const reader = await open(running, jar, '/guarded');
    // It breaks off.
    reader.ended.catch(() => undefined);
    expect(jest.getTimerCount()).toBeGreaterThan(0);
    await leave(reader, running);
    // Nest has one, too, by which it keeps a stream of its own alive.
    await until('no timer is left', () => jest.getTimerCount() === 0);
    expect(held(running)).toBe(0);
  });

  it('ends a stream whose login has ended between its guard and its head', async () => {
    // The later looks do not come, so that it is the first that ends it.
    jest.useFakeTimers({
      doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'performance', 'Date', 'queueMicrotask'],
    });
    const running = await start();
    const jar = await login(running);
    const opening = open(running, jar, '/late', '\n');
    await beforeHead.reached;
    await running.app.get(AuthService).logoutEverywhere(7);
    beforeHead.release();
    expect(await (await opening).ended).toBe(true);
  });

  describe('from another process', () => {
    /** Two applications that share a store, each with an open stream's timer that the test turns. */
    async function two(): Promise<{ here: RunningApp; there: RunningApp; store: FailingStore; heard: HeardEvents }> {
      const store = new FailingStore();
      const heard = new HeardEvents();
      jest.useFakeTimers({
        doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'performance', 'Date', 'queueMicrotask'],
      });
      const here = await start({ store, observer: heard.observer, rotateGrace: '1ms' });
      const there = await startApp({ controllers: [StreamController], session: { store, rotateGrace: '1ms' } });
      apps.push(there);
      return { here, there, store, heard };
    }

    it.each(['/logout', '/destroy', '/login-8'])('ends a stream within 15 seconds of %s', async (path) => {
      const { here, there } = await two();
      const jar = await login(here);
      const reader = await open(here, jar, '/guarded');
      await jar.copy(there.url).fetch(path, post);
      jest.advanceTimersByTime(15_000);
      expect(await reader.ended).toBe(true);
    });

    it.each(['/regenerate', '/confirm'])(
      'goes on where %s has moved the login, and ends with it there',
      async (path) => {
        const { here, there, store } = await two();
        const jar = await login(here);
        const reader = await open(here, jar, '/guarded');
        const elsewhere = jar.copy(there.url);
        await elsewhere.fetch(path, post);
        const before = store.calls.read;
        jest.advanceTimersByTime(15_000);
        await until('it has been looked for', () => store.calls.read > before);
        ticks.next({ data: 'still here' });
        await reader.has('still here');
        await elsewhere.fetch('/logout', post);
        await until('the look finds nothing', async () => {
          jest.advanceTimersByTime(15_000);
          await new Promise(setImmediate);
          return held(here) === 0;
        });
        expect(await reader.ended).toBe(true);
      },
    );

    it('reads each once, goes on while the store is away, and says so', async () => {
      const { here, store, heard } = await two();
      const jar = await login(here);
      const reader = await open(here, jar, '/guarded');
      await until('the first look is over', () => store.calls.read > 0);
      await new Promise(setImmediate);
      const before = store.calls.read;
      jest.advanceTimersByTime(15_000);
      await new Promise(setImmediate);
      expect(store.calls.read - before).toBe(1);
      store.fail();
      jest.advanceTimersByTime(15_000);
      await until('it is said', () => heard.names.includes('storeError'));
      store.recover();
      ticks.next({ data: 'still here' });
      await reader.has('still here');
      reader.response.destroy();
      await until('it lets go', () => held(here) === 0);
      const last = store.calls.read;
      jest.advanceTimersByTime(60_000);
      await new Promise(setImmediate);
      expect(store.calls.read).toBe(last);
    });

    it('ends a stream when its login reaches its timeout', async () => {
      jest.useFakeTimers({
        doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'performance', 'Date', 'queueMicrotask'],
      });
      let now = Date.UTC(2026, 5, 1);
      const clock = (): number => now;
      const here = await start({ clock, absoluteTimeout: '30m' });
      const jar = await login(here);
      const reader = await open(here, jar, '/guarded');
      now += 31 * minute;
      jest.advanceTimersByTime(15_000);
      expect(await reader.ended).toBe(true);
    });
  });

  describe('with sessions in cookies', () => {
    it.each(['/logout', '/login-8'])('ends a stream with %s', async (path) => {
      const running = await start({ type: 'cookie', sealed: { revocations: 'memory' } });
      const jar = await login(running);
      const reader = await open(running, jar, '/guarded');
      await jar.copy().fetch(path, post);
      expect(await reader.ended).toBe(true);
    });
  });
});
