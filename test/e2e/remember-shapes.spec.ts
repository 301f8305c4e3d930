import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Res, UseGuards, type ExecutionContext, type CanActivate, Injectable } from '@nestjs/common';
import { AuthService, Session, type SessionModuleOptions, type UserId } from 'nestjs-session-auth';
import type { ServerResponse } from 'node:http';
import { platforms } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import { GatedStore } from './remember-gated-store.js';
import { clearing, json, linesOf, minute, post, RememberPlace, rememberCookieOf, type Seen } from './remember-app.js';

type NodeResponse = ServerResponse | { readonly raw: ServerResponse };

/** Keeps the request's context, for a handler that asks late. */
@Injectable()
class KeepContext implements CanActivate {
  static context: ExecutionContext | null = null;
  /** When a restore has got half-way. */
  static underWay: Promise<void> = Promise.resolve();

  canActivate(context: ExecutionContext): boolean {
    KeepContext.context = context;
    return true;
  }
}

@Controller()
class LateController {
  constructor(private readonly auth: AuthService) {}

  /** Asks who is there when its head is out. */
  @Get('late')
  @UseGuards(KeepContext)
  async late(@Res() response: NodeResponse, @Session() session: Session) {
    const raw = 'raw' in response ? response.raw : response;
    raw.writeHead(200, { 'content-type': 'text/plain' });
    raw.write(`${String(this.auth.userId(session))} `);
    const user = await this.auth.user(KeepContext.context!);
    raw.end(user === null ? 'nobody' : 'somebody');
  }

  /** Asks, and has not got the answer yet when it sends the head. */
  @Get('hasty')
  @UseGuards(KeepContext)
  async hasty(@Res() response: NodeResponse) {
    const raw = 'raw' in response ? response.raw : response;
    const asked = this.auth.user(KeepContext.context!);
    await KeepContext.underWay;
    raw.writeHead(200, { 'content-type': 'text/plain' });
    raw.write('begun ');
    const user = await asked;
    raw.end(user === null ? 'nobody' : 'somebody');
  }
}

interface ExpressLike {
  readonly session: Record<string, unknown>;
}

@Controller('eager')
class EagerController {
  constructor(private readonly auth: AuthService) {}

  @Get()
  @UseGuards(KeepContext)
  async both(@Session() session: Session) {
    const request = KeepContext.context?.switchToHttp().getRequest<ExpressLike & { raw?: ExpressLike }>();
    const user = await this.auth.user(KeepContext.context!);
    const slot = (request?.raw ?? request)?.session;
    if (slot !== undefined) slot['basket'] = 'full';
    return {
      user: Reflect.get(user ?? {}, 'id') as UserId,
      seen: this.auth.userId(session),
      basket: session.get('basket'),
    };
  }
}

describe.each(inTurn(platforms))('%s', (platform) => {
  let place: RememberPlace;
  afterEach(() => place.stop());

  async function start(options: SessionModuleOptions = {}): Promise<void> {
    place = await RememberPlace.start({ platform, options, controllers: [LateController, EagerController] });
  }

  it('a session that was asked for as read-only is restored all the same, for who asks for the user', async () => {
    await start();
    const jar = await place.remembered();
    jar.set('session', '');
    const response = await jar.fetch('/readonly');
    expect(await response.json()).toEqual({ user: 7, seen: 7, basket: null });
    expect([linesOf(response).length, linesOf(response, 'session').length]).toEqual([1, 1]);
    expect(await place.userAt(jar.get('session'))).toBe(7);
  });

  it('is restored in the eager mode, in which `req.session` is the same session', async () => {
    await start({ eager: true });
    const away = await place.away();
    const response = await away.fetch('/eager');
    expect(await response.json()).toEqual({ user: 7, seen: 7, basket: 'full' });
    expect([linesOf(response).length, linesOf(response, 'session').length]).toEqual([1, 1]);
    expect(await place.who(away)).toMatchObject({ user: 7, data: { basket: 'full' } });
  });

  it.each(['interceptor', 'response'] as const)('is restored for a stream; commit: %s', async (commit) => {
    await start({ commit });
    const away = await place.away();
    const response = await away.fetch('/stream');
    expect(await response.text()).toBe('for 7');
    expect([linesOf(response).length, linesOf(response, 'session').length]).toEqual([1, 1]);
    expect(await place.userAt(away.get('session'))).toBe(7);
  });

  it('is not cached by anybody', async () => {
    await start();
    const response = await (await place.away()).fetch('/who');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('vary')).toContain('Cookie');
  });

  it('is not restored once the head is out: nothing is used up, and nothing crashes', async () => {
    await start();
    const away = await place.away();
    const cookie = rememberCookieOf(away);
    const response = await away.fetch('/late');
    expect([response.status, await response.text()]).toEqual([200, 'null nobody']);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(place.calls).toBe(0);
    expect([rememberCookieOf(away), (await place.who(away)).user]).toEqual([cookie, 7]);
  });

  it.each(['write', 'read'] as const)(
    'is nobody where the head goes out before its %s of the row, and the token stands',
    async (method) => {
      let store: GatedStore | null = null;
      const make = (now: () => number): GatedStore => (store = new GatedStore(now));
      place = await RememberPlace.start({ platform, store: make, controllers: [LateController] });
      const away = await place.away();
      const held = store!.hold(method, 'remember');
      KeepContext.underWay = held.reached;
      const answer = away.fetch('/hasty');
      const response = await answer;
      held.release();
      expect([response.status, await response.text()]).toEqual([200, 'begun nobody']);
      expect(response.headers.getSetCookie()).toEqual([]);
      place.pass(10 * minute);
      expect(await place.who(away)).toMatchObject({ user: 7 });
      expect(place.heard.of('rememberStolen')).toEqual([]);
    },
  );

  it('a cookie that is worth nothing is no reason to crash once the head is out', async () => {
    await start();
    const response = await place.withCookie('nonsense').fetch('/late');
    expect([response.status, await response.text()]).toEqual([200, 'null nobody']);
  });

  describe('with session protection', () => {
    const from = (userAgent: string): RequestInit => ({ headers: { 'user-agent': userAgent } });

    it('Flask-Login row 22: a restore is no reason for an alarm of it', async () => {
      await start({ protection: { mode: 'basic' } });
      const away = await place.away();
      await away.fetch('/who', from('another browser'));
      await away.fetch('/who', from('another browser'));
      expect(place.heard.of('protected')).toEqual([]);
    });

    it('under strong a restored session lives on with its next requests', async () => {
      await start({ protection: { mode: 'strong' } });
      const away = await place.away();
      const seen = (await (await away.fetch('/who', from('A'))).json()) as Seen;
      for (let request = 0; request < 3; request++) {
        expect(await (await away.fetch('/who', from('A'))).json()).toEqual({ ...seen, user: 7 });
      }
      expect(place.heard.of('protected')).toEqual([]);
    });

    it('Flask-Login row 20: under strong another client ends the session, and not what remembers the login', async () => {
      await start({ protection: { mode: 'strong' } });
      const jar = await place.remembered();
      const [session, cookie] = [jar.get('session'), rememberCookieOf(jar)];
      const response = await jar.fetch('/who', from('another browser'));
      expect(await response.json()).toMatchObject({ user: null });
      expect(linesOf(response)).toEqual([]);
      expect(await place.userAt(session)).toBeNull();
      expect(rememberCookieOf(jar)).toBe(cookie);
      expect(await (await jar.fetch('/who', from('another browser'))).json()).toMatchObject({
        user: 7,
        remembered: true,
        fresh: false,
      });
    });
  });

  describe.each(['daily', 'twice-daily'] as const)('under timeouts: %s', (timeouts) => {
    it('NIST 800-63B-4 5.1: no login is remembered', async () => {
      await start({ timeouts });
      const jar = place.jar();
      const response = await jar.fetch('/login', json({ user: 7, options: { remember: true, duration: '30d' } }));
      expect([response.status, linesOf(response)]).toEqual([201, []]);
      expect(await place.who(jar)).toMatchObject({ user: 7, remembered: false });
      expect((await place.keys()).filter((key) => key.includes('remember'))).toEqual([]);
    });

    it('NIST 800-63B-4 5.1: a remember cookie of before logs nobody in, is removed, and costs nothing', async () => {
      await start();
      const cookie = rememberCookieOf(await place.remembered());
      const strict = await RememberPlace.start({ platform, store: place.store.inner, options: { timeouts } });
      const response = await strict.withCookie(cookie).fetch('/who');
      expect(await response.json()).toMatchObject({ user: null });
      expect(linesOf(response)).toEqual([expect.stringMatching(clearing)]);
      expect(strict.calls).toBe(0);
      expect((await strict.withCookie(cookie).fetch('/guarded')).status).toBe(401);
      await strict.stop();
    });
  });

  it('NIST 800-63B-4 5.1: under timeouts: monthly a login is remembered, and its session is over after 30 days all the same', async () => {
    await start({ timeouts: 'monthly', idleTimeout: null });
    const away = await place.away();
    const { id } = await place.who(away);
    place.pass(30 * 24 * 60 * minute);
    const seen = await place.who(away);
    expect(seen).toMatchObject({ user: 7, remembered: true, fresh: false });
    expect(seen.id).not.toBe(id);
  });

  it('a logout with a restore before it in the same request ends it', async () => {
    await start();
    const away = await place.away();
    const copy = away.copy();
    const response = await away.fetch('/confirm', post);
    expect(response.status).toBe(201);
    await away.fetch('/logout', post);
    expect(await place.who(copy)).toMatchObject({ user: null });
  });
});
