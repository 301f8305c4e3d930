import { expect, it } from '@jest/globals';
import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  Fresh,
  Permissions,
  Roles,
  Session,
  SessionAuthGuard,
  SessionService,
} from 'nestjs-session-auth';
import { createHash } from 'node:crypto';
import { platforms, startApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { FailingStore } from '../support/failing-store.js';
import { HeardEvents } from '../support/heard-events.js';
import type { CookieJar } from '../support/jar.js';
import { keyBehind } from '../support/stored-keys.js';

@Controller()
class CanaryController {
  constructor(private readonly auth: AuthService) {}

  @Post('set')
  set(@Session() session: Session) {
    session.set('basket', ['apple']);
    return { id: session.id, session: session.toJSON() };
  }

  @Post('login')
  async login(@Session() session: Session) {
    await this.auth.login(session, 42);
    return { id: session.id };
  }

  @Post('remember')
  async remember(@Session() session: Session) {
    await this.auth.login(session, 42, { remember: true, fresh: false });
    return { id: session.id };
  }

  @Post('confirm')
  async confirm(@Session() session: Session) {
    await this.auth.confirm(session, { action: 'export data' });
    return { id: session.id };
  }

  @Get('devices')
  devices(@Session() session: Session) {
    return this.auth.sessions(42, session);
  }

  @Post('logout-everywhere')
  logoutEverywhere() {
    return this.auth.logoutEverywhere(42);
  }

  @Get('fresh')
  @Fresh()
  fresh() {
    return {};
  }

  @Get('admin')
  @Roles('admin')
  admin() {
    return {};
  }

  @Get('writer')
  @Permissions('write')
  writer() {
    return {};
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return { id: session.id };
  }

  @Post('regenerate')
  async regenerate(@Session() session: Session) {
    await session.regenerate();
    return { id: session.id };
  }

  @Post('not-storable')
  notStorable(@Session() session: Session) {
    session.set('render', () => undefined);
    return {};
  }

  @Post('too-large')
  tooLarge(@Session() session: Session) {
    session.set('basket', 'x'.repeat(2_000_000));
    return {};
  }

  @Post('reserved')
  reserved(@Session() session: Session) {
    session.set('get', 1);
    return {};
  }

  @Post('readonly')
  readonly(@Session({ readonly: true }) session: Session) {
    session.set('basket', []);
    return {};
  }

  @Get('throws')
  throws(@Session() session: Session) {
    throw new Error(`the handler failed for ${session.id}, which holds ${JSON.stringify(session)}`);
  }

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() user: unknown, @Session() session: Session) {
    return { user, session };
  }
}

it.each(
  platforms.flatMap((platform) => (['interceptor', 'response'] as const).map((commit) => ({ platform, commit }))),
)(
  'ASVS 3.3.4, 16.2.5: no id and no cookie appears in a log, an event or a body: $platform, $commit',
  async ({ platform, commit }) => {
    const store = new FailingStore();
    const logger = new CapturedLogger();
    const heard = new HeardEvents();
    const session = { store, commit, observer: heard.observer };
    const running = await startApp({ platform, logger, session, controllers: [CanaryController] });
    const jar = running.jar();
    const bodies: string[] = [];
    const secrets = new Set<string>();

    const request = async (path: string, method = 'POST', from: CookieJar = jar): Promise<number> => {
      const response = await from.fetch(path, { method });
      bodies.push(await response.text());
      for (const secret of secretsOf(from)) secrets.add(secret);
      return response.status;
    };

    const statuses = [await request('/set'), await request('/login'), await request('/me', 'GET')];
    await request('/remember');
    const former = jar.copy();
    for (const path of ['/fresh', '/admin', '/writer', '/devices']) statuses.push(await request(path, 'GET'));
    statuses.push(await request('/confirm'), await request('/fresh', 'GET'));
    // By remember-me, with a token that has had its turn, and after everything was ended from elsewhere.
    jar.set('session', '');
    await request('/me', 'GET');
    await request('/me', 'GET', former);
    await request('/logout-everywhere');
    await request('/me', 'GET');
    await request('/login');
    for (const path of ['/not-storable', '/too-large', '/reserved', '/readonly']) await request(path);
    await request('/throws', 'GET');
    await request('/regenerate');
    // A stolen cookie of a session that has ended, a late write, a broken record, a store in trouble.
    const stale = jar.copy();
    await request('/logout');
    await request('/set', 'POST', stale);
    await request('/login');
    await breakRecord(store.inner, keyBehind(jar.get('session')));
    await request('/me', 'GET');
    await request('/login');
    store.fail(new Error(`ECONNRESET while reading ${keyBehind(jar.get('session'))}`));
    for (const path of ['/set', '/login', '/logout']) await request(path);
    await request('/me', 'GET');
    await running.close();

    expect(statuses).toEqual([201, 201, 200, 401, 403, 403, 200, 201, 200]);
    expect(secrets.size).toBeGreaterThan(20);
    expect(running.app.get(SessionService).counts).toMatchObject({ brokenRecord: 2, logout: 1 });
    expect(heard.names).toEqual(expect.arrayContaining(['confirmed', 'refused', 'remembered', 'revoked', 'rotated']));
    const events = heard.all.map(({ event }) => spelledOut(event)).join('\n');
    for (const secret of secrets) {
      const beginning = secret.slice(0, 10);
      expect(bodies.join('\n')).not.toContain(beginning);
      expect(events).not.toContain(beginning);
      expect(logger.text).not.toContain(beginning);
    }
  },
);

/** What of the cookies must not be seen: ids, tokens and signatures, and what the store has of them. */
function secretsOf(jar: CookieJar): string[] {
  const [id = '', , , signature = ''] = (jar.get('session') ?? '').split('.');
  const [token = '', , tokenSignature = ''] = (jar.get('remember_token') ?? '').split('.');
  const [family, validator] = [token.slice(0, 22), token.slice(22, 65)];
  const validatorHash = validator && createHash('sha256').update(validator).digest('base64url');
  const secrets = [id, id && keyBehind(id, ''), signature, family, validator, validatorHash, tokenSignature];
  return secrets.filter((secret) => secret !== '');
}

async function breakRecord(store: FailingStore['inner'], key: string): Promise<void> {
  const record = await store.read(key);
  await store.write(key, Buffer.from('garbage'), 60_000, record?.version);
}

/** An event as text. Of an error its name and message: the cause is for whoever asks for it. */
function spelledOut(event: unknown): string {
  return JSON.stringify(event, (_key, value: unknown) =>
    value instanceof Error ? `${value.name}: ${value.message}` : value,
  );
}
