import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Post } from '@nestjs/common';
import { AuthService, Session } from 'nestjs-session-auth';
import { startApp, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import type { CookieJar } from '../support/jar.js';

interface Sent {
  readonly key: string;
  readonly value: unknown;
}

/** Keeps what it is sent, without a look at it. */
@Controller()
class CarelessController {
  constructor(private readonly auth: AuthService) {}

  @Post('nested')
  nested(@Session() session: Session, @Body() body: unknown) {
    session.set('sent', body);
    return {};
  }

  @Post('update')
  update(@Session() session: Session, @Body() body: Record<string, unknown>) {
    session.update(body);
    return {};
  }

  @Post('set')
  set(@Session() session: Session, @Body() { key, value }: Sent) {
    session.set(key, value);
    return {};
  }

  @Post('assign')
  assign(@Session() session: Session, @Body() { key, value }: Sent) {
    Reflect.set(session, key, value);
    return {};
  }

  @Post('mutate')
  mutate(@Session() session: Session, @Body() { key, value }: Sent) {
    session.mutate(key, () => value);
    return {};
  }

  @Post('flash')
  flash(@Session() session: Session, @Body() { key, value }: Sent) {
    session.flash(key, value as string);
    session.permanent = value as boolean;
    return { has: session.has(key), got: session.get(key, null), popped: session.pop(key, null) };
  }

  @Post('login')
  async login(@Session() session: Session, @Body() { value }: Sent) {
    await this.auth.login(session, value as string, { factors: ['pwd'] });
    return {};
  }

  @Post('own-mistake')
  mistake(@Session() session: Session) {
    session.set('fn', () => 1);
    return {};
  }

  @Get('read')
  read(@Session() session: Session) {
    return session;
  }
}

const line = 'theme\n[Nest] 1  - 01/01/2026, 00:00:00     LOG [Auth] admin logged in\u001b[2J\u009b1m\u202e';
const deep = `${'{"a":'.repeat(150)}1${'}'.repeat(150)}`;
const proto = '{"__proto__":{"polluted":1}}';

describe.each([
  ['express', 'msgpack'],
  ['fastify', 'json'],
] as const)('what a visitor sends is kept unchecked (%s, %s)', (platform, serializer) => {
  const logger = new CapturedLogger();
  let running: RunningApp;
  beforeAll(async () => {
    running = await startApp({
      platform,
      logger,
      controllers: [CarelessController],
      session: { serializer, maxSize: '20kb' },
      nest: { bodyParser: true },
    });
  });
  afterAll(() => running.close());

  const send = (path: string, body: string, jar: CookieJar = running.jar()): Promise<Response> =>
    jar.fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const sent = (key: unknown, value: unknown = 1): string => JSON.stringify({ key, value });

  it.each([
    ['a key that would be a prototype', '/nested', `{"x":${proto}}`],
    ['such a key under a name with a line break', '/nested', `{${JSON.stringify(line)}:${proto}}`],
    ['such a key in what is spread over the session', '/update', proto],
    ['more levels than a session has', '/nested', deep],
    ['a list in place of values', '/update', '[1]'],
    ['the name of a method', '/update', '{"destroy":1}'],
    ['a key that is no text', '/set', sent({ toString: 1, valueOf: 1 })],
    ['the prototype as a key', '/assign', sent('__proto__')],
    ['the prototype in a list as a key', '/assign', sent(['__proto__'])],
    ['a key to count by that is none', '/mutate', sent(null)],
    ['a user that is half a character', '/login', sent(0, '\ud800')],
  ])('%s is the fault of the request', async (_what, path, body) => {
    const response = await send(path, body);
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('session.');
    expect('polluted' in {}).toBe(false);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'destroy', 'id', 'get', 'toJSON', '__proto__'])(
    'a session has no data under %s, however it is set',
    async (key) => {
      for (const path of ['/set', '/assign', '/mutate']) expect((await send(path, sent(key))).status).toBe(400);
    },
  );

  it.each(['then', '0', '', '~id', line])('%j is a key like any other', async (key) => {
    const jar = running.jar();
    expect((await send('/set', sent(key), jar)).status).toBe(201);
    expect(await jar.json('/read')).toEqual({ [key]: 1 });
  });

  it('a message, a wish to stay, and a key to read by may be anything', async () => {
    const odd = { toString: 1, valueOf: 1 };
    const response = await send('/flash', sent(odd, odd));
    expect([response.status, await response.json()]).toEqual([201, { has: false, got: null, popped: null }]);
  });

  it('more than a session holds is too large, and the log names the keys on one line', async () => {
    logger.lines.length = 0;
    expect((await send('/set', sent(line, 'x'.repeat(30_000)))).status).toBe(413);
    expect(logger.at('error')).toEqual([expect.stringContaining('theme\\n[Nest] 1')]);
  });

  it('the operator reads of what could not be kept, and who the fault may be of', async () => {
    logger.lines.length = 0;
    await send('/nested', `{${JSON.stringify(line)}:{"__proto__":1}}`);
    if (platform === 'express') {
      expect(logger.at('error')).toEqual([expect.stringContaining('session.sent.theme\\n[Nest] 1')]);
    }
    expect((await send('/own-mistake', '{}')).status).toBe(500);
  });

  it('nothing of it stands raw in the log', () => {
    expect(logger.lines.filter(({ text }) => /\n\[Nest\] 1|[\u001b\u009b\u202e]/u.test(text))).toEqual([]);
  });
});
