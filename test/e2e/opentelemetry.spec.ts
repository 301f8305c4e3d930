import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Param, Post, UseGuards } from '@nestjs/common';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AuthService, CsrfGuard, Session, SessionAuthGuard, type SessionModuleOptions } from 'nestjs-session-auth';
import { AccountsModule } from 'nestjs-session-auth/accounts';
import { MemoryStore } from 'nestjs-session-auth/memory';
import { SessionTelemetryModule } from 'nestjs-session-auth/opentelemetry';
import { cheapHashing, send } from '../support/accounts-app.js';
import { platforms, startApp, type PlatformName, type RunningApp } from '../support/app.js';
import { Checkpoints } from '../support/checkpoint.js';
import { combinations } from '../support/combinations.js';
import { FailingStore } from '../support/failing-store.js';
import type { CookieJar } from '../support/jar.js';
import { Otel } from '../support/otel.js';
import { RedisServer } from '../support/servers/redis.js';

const checkpoints = new Checkpoints();
const post = { method: 'POST' };

@Controller()
class MeasuredController {
  constructor(private readonly auth: AuthService) {}

  @Get('read')
  read(@Session() session: Session) {
    return session.toJSON();
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

  /** Sets it, and ends when the checkpoint is passed. */
  @Post('slowly/:key/:checkpoint')
  async slowly(@Session() session: Session, @Param('key') key: string, @Param('checkpoint') checkpoint: string) {
    session.set(key, checkpoint);
    await checkpoints.at(checkpoint).pass();
    return {};
  }

  @Post('login/:user')
  async login(@Session() session: Session, @Param('user') user: string, @Body() _body: unknown) {
    await this.auth.login(session, user);
    return {};
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }

  @Post('regenerate')
  async regenerate(@Session() session: Session) {
    await session.regenerate();
    return {};
  }

  @Get('guarded')
  @UseGuards(SessionAuthGuard)
  guarded() {
    return {};
  }

  @Post('form')
  @UseGuards(CsrfGuard)
  form() {
    return {};
  }
}

let otel: Otel;
let redis: RedisServer;
const running: RunningApp[] = [];

beforeAll(async () => {
  redis = await RedisServer.start();
});

afterAll(() => redis.stop());

beforeEach(() => {
  otel = Otel.start();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.close()));
  await otel.stop();
});

async function start(session: SessionModuleOptions, platform: PlatformName = 'express'): Promise<RunningApp> {
  const app = await startApp({
    platform,
    session,
    imports: [SessionTelemetryModule],
    controllers: [MeasuredController],
  });
  running.push(app);
  return app;
}

/** Starts to set a key, in a request that goes on when it is let go. */
async function held(jar: CookieJar, key: string): Promise<() => Promise<number>> {
  const { name, checkpoint } = checkpoints.next();
  const response = jar.fetch(`/slowly/${key}/${name}`, post);
  await checkpoint.reached;
  return async () => {
    checkpoint.release();
    return (await response).status;
  };
}

const counted = async (name: string): Promise<unknown> =>
  (await otel.points(`nestjs_session.${name}`)).map(({ attributes, count }) => ({ ...attributes, count }));

const stores: Record<string, () => SessionModuleOptions> = {
  memory: () => ({ store: new MemoryStore() }),
  redis: () => ({ type: 'redis', redis: { url: redis.url } }),
};

describe.each(combinations({ store: ['memory', 'redis'], platform: platforms }))(
  'SessionTelemetryModule, $store, $platform',
  ({ store, platform }) => {
    const options = (): SessionModuleOptions => stores[store]?.() ?? {};

    it('times loads and commits, in spans, and a route that touches no session not at all', async () => {
      const jar = (await start(options(), platform)).jar();
      await jar.fetch('/untouched');
      await jar.fetch('/set/a', post);
      await jar.fetch('/read');
      await jar.fetch('/untouched');
      expect(otel.spans().map(({ name }) => name)).toEqual(['nestjs_session.commit', 'nestjs_session.load']);
      expect(otel.spans('nestjs_session.load').map(({ attributes }) => attributes)).toEqual([
        { 'nestjs_session.found': true },
      ]);
      expect(await counted('commit.duration')).toEqual([{ count: 1 }]);
      expect(await counted('load.duration')).toEqual([{ 'nestjs_session.found': true, count: 1 }]);
      expect(await counted('sessions.created')).toEqual([{ count: 1 }]);
      const [load] = await otel.points('nestjs_session.load.duration');
      expect(load?.sum).toBeGreaterThan(0);
      // In seconds: it would be more than the whole test in any other unit.
      expect(load?.sum).toBeLessThan(performance.now() / 1000);
    });

    it('says of a load whether the session still exists', async () => {
      const app = await start(options(), platform);
      const jar = app.jar();
      await jar.fetch('/set/a', post);
      const copy = jar.copy();
      await jar.fetch('/logout', post);
      await copy.fetch('/read');
      expect(await counted('load.duration')).toEqual(
        expect.arrayContaining([{ 'nestjs_session.found': false, count: 1 }]),
      );
    });

    it('counts conflicts of two processes, and merges', async () => {
      const shared = options();
      const [one, other] = [await start(shared, platform), await start(shared, platform)];
      const jar = one.jar();
      await jar.fetch('/set/seed', post);
      const end = await held(jar, 'mine');
      await jar.copy(other.url).fetch('/set/theirs', post);
      otel.forgetSpans();
      expect(await end()).toBe(201);
      expect(await (await jar.fetch('/read')).json()).toMatchObject({ seed: true, theirs: true });
      expect(await counted('conflicts')).toEqual([{ count: 1 }]);
      expect(await counted('merges')).toEqual([{ count: 1 }]);
      expect(otel.spans('nestjs_session.commit').flatMap(({ events }) => events.map(({ name }) => name))).toEqual([
        'nestjs_session.conflict',
      ]);
    });

    it('counts lost writes by what became of them', async () => {
      const shared = options();
      const [one, other] = [await start(shared, platform), await start(shared, platform)];
      const jar = one.jar();
      await jar.fetch('/set/seed', post);
      const end = await held(jar, 'same');
      await (
        await held(jar.copy(other.url), 'same')
      )();
      await end();
      expect(await counted('lost_writes')).toEqual([{ 'nestjs_session.reason': 'overwritten', count: 1 }]);
      const endLate = await held(jar, 'late');
      await jar.copy().fetch('/logout', post);
      await endLate();
      expect(await counted('lost_writes')).toEqual(
        expect.arrayContaining([{ 'nestjs_session.reason': 'ended', count: 1 }]),
      );
    });

    it('times logins and logouts, and counts them, refusals and new ids', async () => {
      const jar = (await start(options(), platform)).jar();
      expect((await jar.fetch('/guarded')).status).toBe(401);
      await jar.fetch('/form', { ...post, headers: { 'Sec-Fetch-Site': 'cross-site' } });
      await jar.fetch('/login/ada', post);
      await jar.fetch('/regenerate', post);
      await jar.fetch('/logout', post);
      expect(await counted('logins')).toEqual([{ 'nestjs_session.restored': false, count: 1 }]);
      expect(await counted('logouts')).toEqual([{ count: 1 }]);
      expect(await counted('refusals')).toEqual([
        { 'nestjs_session.reason': 'login', count: 1 },
        { 'nestjs_session.reason': 'csrf', count: 1 },
      ]);
      for (const operation of ['login', 'regenerate', 'destroy']) {
        expect({ operation, points: await counted(`${operation}.duration`) }).toEqual({
          operation,
          points: [{ count: 1 }],
        });
        expect(otel.spans(`nestjs_session.${operation}`)).toHaveLength(1);
      }
    });
  },
);

it('counts the events of accounts by their names, and by nothing else', async () => {
  const accounts = AccountsModule.forRoot({ registration: true, passwords: { hashing: cheapHashing } });
  const app = await startApp({ imports: [accounts, SessionTelemetryModule] });
  running.push(app);
  const jar = app.jar();
  for (const email of ['ada@example.com', 'grace@example.com']) {
    expect((await send(jar, '/auth/register', { email, password: 'a long enough phrase' })).status).toBe(201);
    await send(jar, '/auth/logout', {});
  }
  await send(jar, '/auth/login', { identity: 'ada@example.com', password: 'a long enough phrase' });
  expect((await jar.fetch('/auth/account/export')).status).toBe(200);
  expect(await counted('feature_events')).toEqual([
    { 'nestjs_session.event': 'registered', count: 2 },
    { 'nestjs_session.event': 'accountExported', count: 1 },
  ]);
});

describe('a span of SessionTelemetryModule', () => {
  it('is a child of the active one, and the parent of what the store does', async () => {
    const tracer = trace.getTracer('test');
    class TracedStore extends FailingStore {
      override read(key: string) {
        return tracer.startActiveSpan('read', async (span) => {
          const record = await super.read(key);
          span.end();
          return record;
        });
      }

      override write(...args: Parameters<FailingStore['write']>) {
        return tracer.startActiveSpan('write', async (span) => {
          const result = await super.write(...args);
          span.end();
          return result;
        });
      }
    }
    const app = await startApp({
      session: { store: new TracedStore() },
      imports: [SessionTelemetryModule],
      controllers: [MeasuredController],
      prepare: (nest) => {
        nest.use(
          (_request: unknown, response: { once(event: string, listener: () => void): void }, next: () => void) => {
            const span = tracer.startSpan('request');
            response.once('close', () => {
              span.end();
            });
            context.with(trace.setSpan(context.active(), span), next);
          },
        );
      },
    });
    running.push(app);
    const jar = app.jar();
    await jar.fetch('/set/a', post);
    otel.forgetSpans();
    await jar.fetch('/set/b', post);
    await running.splice(0)[0]?.close();
    const names = new Map(otel.spans().map((span) => [span.spanContext().spanId, span.name]));
    const parents = otel
      .spans()
      .map(({ name, parentSpanContext }) => [name, names.get(parentSpanContext?.spanId ?? '')]);
    expect(Object.fromEntries(parents)).toEqual({
      request: undefined,
      'nestjs_session.load': 'request',
      read: 'nestjs_session.load',
      'nestjs_session.commit': 'request',
      write: 'nestjs_session.commit',
    });
  });

  it('says that the store failed, and neither where it is nor why', async () => {
    const store = new FailingStore();
    const jar = (await start({ store })).jar();
    await jar.fetch('/set/a', post);
    otel.forgetSpans();
    store.fail(new Error('connect ECONNREFUSED redis.internal:6379'));
    expect((await jar.fetch('/read')).status).toBe(503);
    const [span] = otel.spans('nestjs_session.load');
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(span?.events).toEqual([]);
    expect(span?.attributes).toEqual({ 'error.type': 'SESSION_STORE_UNAVAILABLE' });
    expect(await counted('load.duration')).toEqual([{ 'error.type': 'SESSION_STORE_UNAVAILABLE', count: 1 }]);
    expect(await counted('store_errors')).toEqual([{ 'error.type': 'SESSION_STORE_UNAVAILABLE', count: 1 }]);
  });

  it('ASVS 3.3.4, 16.2.5: names no session, no user and no client, and neither does a metric', async () => {
    const app = await start({});
    const jar = app.jar();
    await jar.fetch('/login/ada-lovelace', post);
    await jar.fetch('/guarded');
    await jar.fetch('/logout', post);
    await jar.fetch('/guarded');
    const spans = otel.spans().map(({ name, attributes, events, status }) => ({ name, attributes, events, status }));
    const points = (await otel.metrics()).flatMap(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes));
    expect(spans.length).toBeGreaterThan(2);
    const known = ['error.type', 'nestjs_session.found', 'nestjs_session.reason', 'nestjs_session.restored'];
    const keys = [...spans.map(({ attributes }) => attributes), ...points].flatMap((each) => Object.keys(each));
    expect(known).toEqual(expect.arrayContaining(keys));
    expect(JSON.stringify({ spans, points })).not.toMatch(/ada-lovelace|127\.0\.0\.1|[\w-]{22}/);
  });
});

describe('SessionTelemetryModule', () => {
  it('times sessions in cookies, too', async () => {
    const jar = (await start({ type: 'cookie' })).jar();
    await jar.fetch('/set/a', post);
    await jar.fetch('/read');
    expect(await counted('commit.duration')).toEqual([{ count: 1 }]);
    expect(await counted('load.duration')).toEqual([{ 'nestjs_session.found': true, count: 1 }]);
    expect(await (await jar.fetch('/read')).json()).toEqual({ a: true });
  });

  it('works without an SDK, which then measures nothing', async () => {
    await otel.stop();
    const jar = (await start({})).jar();
    expect((await jar.fetch('/login/ada', post)).status).toBe(201);
    expect((await jar.fetch('/guarded')).status).toBe(200);
  });
});
