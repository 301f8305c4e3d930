import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Post, Res } from '@nestjs/common';
import { AuthService, isSessionError, Session, type SessionModuleOptions, type UserId } from 'nestjs-session-auth';
import type { ServerResponse } from 'node:http';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { inTurn } from '../support/combinations.js';
import { HeardEvents } from '../support/heard-events.js';
import { storedKeys } from '../support/stored-keys.js';

type NodeResponse = ServerResponse | { readonly raw: ServerResponse };

/** What a login failed with, by the code of its error. */
const failures: string[] = [];

@Controller()
class LoginController {
  constructor(private readonly auth: AuthService) {}

  @Get('read')
  read(@Session() session: Session) {
    return { data: session.toJSON(), user: this.auth.userId(session), flashes: session.flashes(), id: session.id };
  }

  @Post('set')
  set(@Session() session: Session, @Body() data: Record<string, unknown>) {
    session.update(data);
    return { id: session.id };
  }

  @Post('login')
  async login(@Session() session: Session, @Body() body: { user: { id: UserId } }) {
    await this.auth.login(session, body.user);
    return { id: session.id };
  }

  @Post('login-and-set')
  async loginAndSet(@Session() session: Session, @Body() body: { user: { id: UserId } }) {
    session.set('before', true);
    await this.auth.login(session, body.user);
    session.set('after', true);
    return {};
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }

  @Post('logout-and-flash')
  async logoutAndFlash(@Session() session: Session) {
    await this.auth.logout(session);
    session.flash('info', 'Good bye.');
    return {};
  }

  @Post('login-late')
  async loginLate(@Session() session: Session, @Res() response: NodeResponse) {
    const raw = 'raw' in response ? response.raw : response;
    raw.writeHead(200, { 'content-type': 'text/plain' });
    raw.write('begun ');
    await this.auth.login(session, 8).catch((error: unknown) => {
      failures.push(isSessionError(error) ? error.code : String(error));
    });
    raw.end('ended');
  }
}

function post(body: unknown = {}): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

describe.each(inTurn(platforms))('%s', (platform) => {
  let running: RunningApp;
  let heard: HeardEvents;
  let logger: CapturedLogger;

  async function start(options: SessionModuleOptions = {}): Promise<void> {
    heard = new HeardEvents();
    logger = new CapturedLogger();
    failures.length = 0;
    const session = { observer: heard.observer, ...options };
    running = await startApp({ platform, logger, session, controllers: [LoginController] });
  }

  beforeEach(() => start());
  afterEach(() => running.close());

  it.each<[unknown, unknown]>([
    [7, 7],
    ['7', '7'],
    [{ id: 7, email: 'a@b.example' }, 7],
    [{ id: 0 }, 0],
  ])('takes %j for a user', async (user, id) => {
    const jar = running.jar();
    expect((await jar.fetch('/login', post({ user }))).status).toBe(201);
    expect(await jar.json('/read')).toMatchObject({ user: id, data: {} });
  });

  it.each([null, {}, { id: null }, { id: '' }, '', [], { id: { $ne: null } }])(
    'refuses %j for a user: a plain 500, nobody is logged in, and the log says what is wrong',
    async (user) => {
      const jar = running.jar();
      const response = await jar.fetch('/login', post({ user }));

      expect(response.status).toBe(500);
      expect(Object.keys((await response.json()) as object).sort()).toEqual(expect.not.arrayContaining(['stack']));
      expect(logger.text).toContain('AuthService.login() needs a user');
      expect(await jar.json('/read')).toMatchObject({ user: null });
      expect(await storedKeys(running.app)).toEqual([]);
    },
  );

  it('Flask-Login row 3: holds in later requests, until a logout', async () => {
    const jar = running.jar();
    expect(await jar.json('/read')).toMatchObject({ user: null });
    await jar.fetch('/login', post({ user: { id: 'ada' } }));
    for (let i = 0; i < 2; i++) expect(await jar.json('/read')).toMatchObject({ user: 'ada' });
    await jar.fetch('/logout', post());
    for (let i = 0; i < 2; i++) expect(await jar.json('/read')).toMatchObject({ user: null });
  });

  it('keeps what the visitor had, and what the same request adds', async () => {
    const jar = running.jar();
    await jar.fetch('/set', post({ basket: ['apple'] }));
    await jar.fetch('/login-and-set', post({ user: 7 }));
    expect(await jar.json('/read')).toMatchObject({ user: 7, data: { basket: ['apple'], before: true, after: true } });
  });

  it('of the same user again keeps the data, under a new id', async () => {
    const jar = running.jar();
    await jar.fetch('/login', post({ user: 7 }));
    await jar.fetch('/set', post({ basket: ['apple'] }));
    const cookie = jar.get('session');
    await jar.fetch('/login', post({ user: 7 }));

    expect(jar.get('session')).not.toBe(cookie);
    expect(await jar.json('/read')).toMatchObject({ user: 7, data: { basket: ['apple'] } });
    expect(await storedKeys(running.app)).toHaveLength(1);
  });

  it("of another user ends the former user's session, with its data", async () => {
    const jar = running.jar();
    await jar.fetch('/login', post({ user: 7 }));
    await jar.fetch('/set', post({ basket: ['apple'] }));
    const former = jar.copy();
    heard.forget();
    await jar.fetch('/login-and-set', post({ user: 8 }));

    expect(await jar.json('/read')).toMatchObject({ user: 8, data: { after: true } });
    expect(await jar.json('/read')).not.toMatchObject({ data: { basket: ['apple'] } });
    expect(await former.json('/read')).toMatchObject({ user: null, data: {} });
    expect(heard.names).toEqual(['destroyed', 'logout', 'created', 'login', 'expired']);
    expect(await storedKeys(running.app)).toHaveLength(1);
  });

  it("takes 7 and '7' for two users", async () => {
    const jar = running.jar();
    await jar.fetch('/login', post({ user: 7 }));
    await jar.fetch('/set', post({ basket: ['apple'] }));
    await jar.fetch('/login', post({ user: '7' }));
    expect(await jar.json('/read')).toMatchObject({ user: '7', data: {} });
  });

  it('that cannot be stored logs nobody in', async () => {
    await running.close();
    await start({ maxSize: 200 });
    const jar = running.jar();
    const response = await jar.fetch('/login', post({ user: 'x'.repeat(500) }));

    expect(response.status).toBe(413);
    expect(logger.text).toContain('SESSION_MAX_SIZE');
    expect(await jar.json('/read')).toMatchObject({ user: null });
  });

  it('is refused once the headers are out, and changes nothing then', async () => {
    const jar = running.jar();
    await jar.fetch('/login', post({ user: 7 }));
    await jar.fetch('/set', post({ basket: ['apple'] }));
    const cookie = jar.get('session');
    const response = await jar.fetch('/login-late', post());

    expect(await response.text()).toBe('begun ended');
    expect(failures).toEqual(['SESSION_HEADERS_SENT']);
    expect(jar.get('session')).toBe(cookie);
    expect(await jar.json('/read')).toMatchObject({ user: 7, data: { basket: ['apple'] } });
  });

  it('out: ends session, data and cookie', async () => {
    const jar = running.jar();
    await jar.fetch('/login', post({ user: 7 }));
    await jar.fetch('/set', post({ basket: ['apple'] }));
    const former = jar.copy();
    const response = await jar.fetch('/logout', post());

    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=\/; SameSite=Lax$/,
      ),
    ]);
    expect(await former.json('/read')).toMatchObject({ user: null, data: {} });
    expect(await storedKeys(running.app)).toEqual([]);
  });

  it('out, with a message for the next page: that begins a new session, of nobody', async () => {
    const jar = running.jar();
    await jar.fetch('/login', post({ user: 7 }));
    await jar.fetch('/set', post({ basket: ['apple'] }));
    const { id } = (await jar.json('/read')) as { id: string };
    const response = await jar.fetch('/logout-and-flash', post());

    expect(response.headers.getSetCookie()).toHaveLength(1);
    const next = (await jar.json('/read')) as { id: string };
    expect(next).toMatchObject({ user: null, data: {}, flashes: [{ category: 'info', message: 'Good bye.' }] });
    expect(next.id).not.toBe(id);
    // Shown and empty: it is not kept.
    expect(jar.get('session')).toBeUndefined();
    expect(await storedKeys(running.app)).toEqual([]);
  });

  it('out, of nobody, does nothing', async () => {
    const jar = running.jar();
    const response = await jar.fetch('/logout', post());
    expect([response.status, response.headers.getSetCookie()]).toEqual([201, []]);
    expect(heard.all).toEqual([]);
  });

  it('OWASP SM: all that happens is heard once, by public ids', async () => {
    const jar = running.jar();
    const { id: first } = (await jar.json('/set', post({ basket: [] }))) as { id: string };
    const { id: second } = (await jar.json('/login', post({ user: 7 }))) as { id: string };
    await jar.json('/read');
    await jar.fetch('/logout', post());

    const address = '127.0.0.1';
    expect(heard.all).toEqual([
      { name: 'created', event: { publicId: first } },
      { name: 'rotated', event: { publicId: second, formerPublicId: first } },
      { name: 'login', event: { publicId: second, userId: 7, factors: ['pwd'], restored: false, address } },
      { name: 'destroyed', event: { publicId: second } },
      { name: 'logout', event: { publicId: second, userId: 7, address } },
    ]);
    expect(first).toMatch(/^[\w-]{16}$/);
  });
});
