import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Post } from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  Session,
  SESSION_STORE,
  SessionUserError,
  type SessionStore,
  type UserId,
} from 'nestjs-session-auth';
import { startApp, type RunningApp } from '../support/app.js';
import { HeardEvents } from '../support/heard-events.js';
import type { CookieJar } from '../support/jar.js';
import { storedKeys } from '../support/stored-keys.js';

interface Wish {
  readonly user: UserId;
  readonly remember?: boolean;
  readonly factors?: readonly string[];
  readonly action?: string;
}

@Controller()
class IdController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  async login(@Session() session: Session, @Body() { user, remember, factors }: Wish) {
    await this.auth.login(session, user, { remember, factors });
    return { publicId: session.id };
  }

  @Post('confirm')
  async confirm(@Session() session: Session, @Body() { factors, action }: Wish) {
    await this.auth.confirm(session, { factors, action });
    return {};
  }

  @Get('me')
  me(@CurrentUser() user: unknown) {
    return { user };
  }
}

let running: RunningApp;
let auth: AuthService;
let heard: HeardEvents;
beforeEach(async () => {
  heard = new HeardEvents();
  running = await startApp({ controllers: [IdController], session: { observer: heard.observer } });
  auth = running.app.get(AuthService, { strict: false });
});
afterEach(() => running.close());

const send = (jar: CookieJar, path: string, body: Wish | object): Promise<Response> =>
  jar.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function loggedIn(wish: Wish): Promise<{ jar: CookieJar; publicId: string }> {
  const jar = running.jar();
  const { publicId } = (await (await send(jar, '/login', wish)).json()) as { publicId: string };
  return { jar, publicId };
}

describe('an id of the type that the login did not have', () => {
  it.each<[UserId, UserId]>([
    [7, '7'],
    ['7', 7],
  ])('%j is no silent nothing where it is %j', async (id, other) => {
    const { jar, publicId } = await loggedIn({ user: id });
    for (const wrong of [
      () => auth.logoutEverywhere(other),
      () => auth.sessions(other),
      () => auth.revoke(other, publicId),
    ]) {
      await expect(wrong()).rejects.toThrow(SessionUserError);
      await expect(wrong()).rejects.toThrow('They are two users');
    }
    expect(heard.of('revoked')).toEqual([]);
    expect(await jar.json('/me')).toEqual({ user: { id } });

    expect(await auth.logoutEverywhere(id)).toBe(1);
    expect(await auth.logoutEverywhere(other)).toBe(0);
    expect(await auth.sessions(other)).toEqual([]);
    expect(await auth.revoke(other, publicId)).toBe(false);
  });

  it('is an answer where it is somebody, too', async () => {
    const { publicId } = await loggedIn({ user: 7 });
    const text = await loggedIn({ user: '7' });
    expect(await auth.revoke('7', publicId)).toBe(false);
    expect(await auth.logoutEverywhere('7')).toBe(1);
    expect(await text.jar.json('/me')).toEqual({ user: null });
  });

  it('is found out where all that is left of a user is that it is remembered', async () => {
    await loggedIn({ user: 7, remember: true });
    const store = running.app.get<SessionStore>(SESSION_STORE, { strict: false });
    for (const key of await storedKeys(running.app)) if (!key.includes(':remember:')) await store.delete(key);
    expect(await auth.sessions(7)).toEqual([]);

    await expect(auth.logoutEverywhere('7')).rejects.toThrow(SessionUserError);
    await auth.logoutEverywhere(7);
    expect(await auth.logoutEverywhere('7')).toBe(0);
  });

  it('is refused where it can be nobody: of a user that was not found, say', async () => {
    const { id } = JSON.parse('{}') as { id: UserId };
    for (const wrong of [id, '', Number.NaN, '\ud800']) {
      await expect(auth.logoutEverywhere(wrong)).rejects.toThrow(SessionUserError);
      await expect(auth.sessions(wrong)).rejects.toThrow(SessionUserError);
      await expect(auth.revoke(wrong, 'a')).rejects.toThrow(SessionUserError);
    }
  });
});

describe('the names of factors and of what is confirmed', () => {
  it.each(['\ud800', 'a\udc00', '', '__proto__'])('are no %j, which would come back as another', async (name) => {
    const { jar } = await loggedIn({ user: 7 });
    expect((await send(running.jar(), '/login', { user: 7, factors: ['pwd', name] })).status).toBe(400);
    expect((await send(jar, '/confirm', { factors: [name] })).status).toBe(400);
    expect((await send(jar, '/confirm', { factors: ['otp'], action: name })).status).toBe(400);
    expect((await send(jar, '/confirm', { factors: ['otp'], action: 'pay' })).status).toBe(201);
  });

  it('are texts: what is none is a mistake of the application', async () => {
    expect((await send(running.jar(), '/login', { user: 7, factors: [7] })).status).toBe(500);
  });
});
