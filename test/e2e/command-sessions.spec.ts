import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Param, ParseIntPipe, Post } from '@nestjs/common';
import { AuthService, Session, SessionModule, type SessionModuleOptions } from 'nestjs-session-auth';
import { boot, post } from '../support/boot.js';
import { CompiledCommand, type CommandOutcome } from '../support/command.js';
import { RedisServer } from '../support/servers/redis.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { testSecret, type RunningApp } from '../support/app.js';
import type { CookieJar } from '../support/jar.js';

let program: CompiledCommand;
let folder: ReturnType<typeof temporaryFolder>;
let redis: RedisServer;

beforeAll(async () => {
  program = new CompiledCommand();
  folder = temporaryFolder('command-sessions');
  redis = await RedisServer.start();
});

afterAll(async () => {
  await redis.stop();
  folder.remove();
  program.remove();
});

@Controller('numbers')
class NumbersController {
  constructor(private readonly auth: AuthService) {}

  @Post('login/:user')
  async login(@Session() session: Session, @Param('user', ParseIntPipe) user: number) {
    session.set('cart', 'a secret wish');
    await this.auth.login(session, user, { factors: ['pwd', 'otp'] });
    return {};
  }

  @Post('rotate')
  async rotate(@Session() session: Session) {
    await session.regenerate();
    return {};
  }

  @Get('id')
  id(@Session({ readonly: true }) session: Session) {
    return { id: session.id };
  }
}

@Module({ controllers: [NumbersController] })
class NumbersModule {}

const stores: {
  readonly name: string;
  /** Whether it can list its keys. */
  readonly isListable: boolean;
  readonly settings: () => Readonly<Record<string, string>>;
  readonly options: (settings: Readonly<Record<string, string>>) => SessionModuleOptions;
}[] = [
  {
    name: 'sqlite',
    isListable: true,
    settings: () => ({ SESSION_TYPE: 'sql', SESSION_SQL: `sqlite:${join(folder.path, 'sessions.db')}` }),
    options: ({ SESSION_SQL: url = '' }) => ({ type: 'sql', sql: { url } }),
  },
  {
    name: 'redis',
    isListable: false,
    settings: () => ({ SESSION_TYPE: 'redis', SESSION_REDIS: redis.url }),
    options: ({ SESSION_REDIS: url = '' }) => ({ type: 'redis', redis: { url } }),
  },
];

describe.each(stores)('with sessions in $name', ({ isListable, settings, options }) => {
  let app: RunningApp;
  let environment: NodeJS.ProcessEnv;

  beforeEach(async () => {
    const given = settings();
    environment = { ...given, SECRET_KEY: testSecret, NODE_ENV: 'development' };
    // It looks at every request whether everybody was logged out.
    const ours = { secretKey: testSecret, logoutAllUsersInterval: 0 };
    app = await boot([SessionModule.forRoot({ ...ours, ...options(given) }), NumbersModule]);
  });

  afterEach(async () => {
    await app.close();
  });

  const command = (...words: string[]): Promise<CommandOutcome> => program.runHosted(words, environment);
  const json = (...words: string[]): Promise<unknown> => program.json(words, environment);

  /** A browser in which a user is logged in. */
  async function login(path: string, userAgent = 'Browser/1'): Promise<CookieJar> {
    const jar = app.jar();
    const response = await jar.fetch(path, { ...post, headers: { 'user-agent': userAgent } });
    expect(response.status).toBe(201);
    return jar;
  }

  const userIn = async (jar: CookieJar): Promise<unknown> =>
    ((await (await jar.fetch('/read')).json()) as { user: unknown }).user;

  /** The public ids of a user's sessions. */
  async function publicIds(...words: string[]): Promise<string[]> {
    const { sessions } = (await json('list', ...words)) as { sessions: { publicId: string }[] };
    return sessions.map(({ publicId }) => publicId);
  }

  it('lists the sessions of a user, and nothing that a terminal would act upon', async () => {
    await login('/login/ada', 'Browser/1');
    await login('/login/ada', 'Evil\u009b31m/2');
    const { code, stdout, stderr } = await command('list', 'ada');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]?.split(/ {2,}/)).toEqual([
      ...['PUBLIC ID', 'LOGGED IN', 'LAST SEEN', 'EXPIRES', 'ADDRESS', 'REMEMBERED', 'USER AGENT'],
    ]);
    for (const line of lines.slice(1, 3)) {
      expect(line).toMatch(/^[\w-]{16}(?: {2}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ){3} {2}127\.0\.0\.1 +no +\S+\/\d$/);
    }
    expect(stdout).toContain('2 sessions of user "ada".');
    expect(stdout).toContain('Evil\u{fffd}31m/2');
    expect(await json('list', 'ada')).toMatchObject({
      userId: 'ada',
      sessions: [{ publicId: expect.any(String), ip: '127.0.0.1', remembered: false }, {}],
    });
    await command('revoke', 'ada');
  });

  it('takes an id that looks like a number as whichever has sessions, and asks if both have', async () => {
    await login('/numbers/login/7');
    expect(await json('list', '7')).toMatchObject({ userId: 7, sessions: [{}] });
    expect(await command('list', '7', '--id-type', 'string')).toMatchObject({ code: 2, stdout: '' });
    await login('/login/7');
    const both = await command('list', '7');
    expect(both).toMatchObject({ code: 2, stdout: '' });
    expect(both.stderr).toContain('choose one with --id-type');
    expect(await json('list', '7', '--id-type', 'string')).toMatchObject({ userId: '7', sessions: [{}] });
    expect(await json('revoke', '7', '--id-type', 'number')).toEqual({ userId: 7, ended: 1 });
    expect(await json('list', '7')).toMatchObject({ userId: '7', sessions: [{}] });
    expect(await json('revoke', '--user', '7')).toEqual({ userId: '7', ended: 1 });
    expect(await json('list', '7')).toEqual({ userId: 7, sessions: [] });
  });

  it('shows a session, under any id that it has had since its login, and no value of its data', async () => {
    const jar = await login('/numbers/login/8');
    const [publicId = ''] = await publicIds('8');
    // The same client, or the login would no longer be fresh.
    await jar.fetch('/numbers/rotate', { ...post, headers: { 'user-agent': 'Browser/1' } });
    const { id } = (await (await jar.fetch('/numbers/id', { headers: { 'user-agent': 'Browser/1' } })).json()) as {
      id: string;
    };
    expect(id).not.toBe(publicId);
    for (const named of [publicId, id]) {
      const { code, stdout, stderr } = await command('show', named, '--user', '8');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`public id       ${publicId}\nuser            8\n`);
      expect(stdout).toMatch(/^data +cart$/m);
      expect(stdout).toMatch(/^authenticated +\S+ \(pwd, otp\)$/m);
      expect(stdout).not.toContain('wish');
    }
    expect(await json('show', publicId, '--user', '8')).toMatchObject({
      publicId,
      userId: 8,
      keys: ['cart'],
      login: { factors: ['pwd', 'otp'], ip: '127.0.0.1', remembered: false, restored: false },
    });
    await command('revoke', '8');
    expect(await command('show', publicId, '--user', '8')).toMatchObject({
      code: 1,
      stderr: `There is no session ${publicId}.\n`,
    });
  });

  it(`finds a session by its public id alone ${isListable ? 'among all' : 'only if the user is named'}`, async () => {
    const jar = await login('/numbers/login/9');
    for (const user of ['a', 'b', 'c']) await login(`/login/${user}`);
    const [publicId = ''] = await publicIds('9');
    await jar.fetch('/numbers/rotate', post);
    const shown = await command('show', publicId, '--json');
    if (isListable) {
      expect(JSON.parse(shown.stdout)).toMatchObject({ publicId, userId: 9 });
      expect(await json('revoke', publicId)).toEqual({ publicId, userId: 9, ended: 1 });
    } else {
      expect(shown).toMatchObject({ code: 2, stdout: '' });
      expect(shown.stderr).toContain('The store redis cannot list its sessions');
      expect(shown.stderr).toContain('add --user <id>');
      expect(await userIn(jar)).toBe(9);
      expect(await json('revoke', publicId, '--user', '9')).toEqual({ publicId, userId: 9, ended: 1 });
    }
    expect(await userIn(jar)).toBeNull();
    for (const user of ['a', 'b', 'c']) expect(await json('revoke', user)).toEqual({ userId: user, ended: 1 });
  });

  it('ends one session of a user, and leaves the others', async () => {
    const [first, second] = [await login('/login/eve'), await login('/login/eve')];
    const { sessions } = (await json('list', 'eve')) as { sessions: { publicId: string }[] };
    expect(sessions).toHaveLength(2);
    const { id } = (await (await first.fetch('/numbers/id')).json()) as { id: string };
    expect(await command('revoke', id, '--user', 'eve')).toMatchObject({
      code: 0,
      stdout: `Ended the session ${id} of user "eve".\n`,
    });
    expect([await userIn(first), await userIn(second)]).toEqual([null, 'eve']);
    expect(await command('revoke', id, '--user', 'eve')).toMatchObject({ code: 1, stdout: '' });
    expect(await command('revoke', 'eve')).toMatchObject({ code: 0, stdout: 'Ended 1 session of user "eve".\n' });
    expect(await userIn(second)).toBeNull();
  });

  it('logs everybody out', async () => {
    const jar = await login('/login/ann');
    const outcome = await command('revoke', '--everybody');
    expect(outcome).toMatchObject({
      code: 0,
      stdout: 'Everybody is logged out. Running processes notice within 30 seconds.\n',
    });
    expect(await userIn(jar)).toBeNull();
    expect(await userIn(await login('/login/ann'))).toBe('ann');
  });
});

it('tells running processes through Redis which logins it has ended', async () => {
  const settings = { SESSION_TYPE: 'redis', SESSION_REDIS: redis.url, SECRET_KEY: testSecret };
  const app = await boot([SessionModule.forRoot({ secretKey: testSecret, type: 'redis', redis: { url: redis.url } })]);
  try {
    await app.jar().fetch('/login/zoe', post);
    await redis.administer(async (client) => {
      const heard: string[] = [];
      await client.psubscribe('session:*');
      client.on('pmessage', (_pattern: string, _channel: string, message: string) => heard.push(message));
      expect(await program.json(['revoke', 'zoe'], settings)).toEqual({ userId: 'zoe', ended: 1 });
      await client.ping();
      expect(heard.join()).toContain('zoe');
    });
  } finally {
    await app.close();
  }
});

describe('a session in which nobody is logged in', () => {
  it('is shown and ended by its public id', async () => {
    const url = `sqlite:${join(folder.path, 'anonymous.db')}`;
    const environment = { SESSION_TYPE: 'sql', SESSION_SQL: url, SECRET_KEY: testSecret };
    const app = await boot([
      SessionModule.forRoot({ secretKey: testSecret, type: 'sql', sql: { url } }),
      NumbersModule,
    ]);
    try {
      const jar = app.jar();
      await jar.fetch('/set/cart', post);
      const { id } = (await (await jar.fetch('/numbers/id')).json()) as { id: string };
      expect(await program.json(['show', id], environment)).toMatchObject({
        publicId: id,
        userId: null,
        keys: ['cart'],
        login: null,
      });
      expect(await program.json(['revoke', id], environment)).toEqual({ publicId: id, userId: null, ended: 1 });
      expect(await (await jar.fetch('/read')).json()).toMatchObject({ data: {}, isNew: true });
      expect((await program.runHosted(['revoke', id], environment)).code).toBe(1);
    } finally {
      await app.close();
    }
  });
});

describe('what the command cannot reach', () => {
  it.each([
    [{}, /SESSION_TYPE is not set here/],
    [{ SESSION_TYPE: 'memory' }, /in the application's process/],
    [{ SESSION_TYPE: 'cookie', SECRET_KEY: testSecret }, /in the browsers/],
    [{ SESSION_TYPE: 'redsi' }, /SESSION_TYPE \(type\): expected one of/],
  ])('under %j it says so', async (environment, why) => {
    const outcome = await program.runHosted(['list', 'ada'], { NODE_ENV: 'development', ...environment });
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toMatch(why);
  });

  it.each([
    [['revoke'], /give a public id, a user, or --everybody/],
    [['revoke', 'ada', '--everybody'], /--everybody ends all sessions/],
    [['list', 'ada', '--id-type', 'uuid'], /Allowed choices are number, string/],
    [['list', 'ada', '--id-type', 'number'], /no number: ada/],
  ])('%j is invalid', async (words, why) => {
    const environment = { SESSION_TYPE: 'sql', SESSION_SQL: 'sqlite::memory:', NODE_ENV: 'development' };
    const outcome = await program.runHosted(words, environment);
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toMatch(why);
  });

  it('takes a public id that begins with a hyphen', async () => {
    const environment = {
      SESSION_TYPE: 'sql',
      SESSION_SQL: `sqlite:${join(folder.path, 'hyphen.db')}`,
      SESSION_SQL_CREATE_TABLE: 'true',
      SECRET_KEY: testSecret,
    };
    expect(await program.runHosted(['show', '-bcdefghijklmnop', '--user', 'ada'], environment)).toMatchObject({
      code: 1,
      stderr: 'There is no session -bcdefghijklmnop.\n',
    });
  });

  it('takes a user whose id begins with a hyphen', async () => {
    const environment = {
      SESSION_TYPE: 'sql',
      SESSION_SQL: `sqlite:${join(folder.path, 'hyphen-user.db')}`,
      SESSION_SQL_CREATE_TABLE: 'true',
      SECRET_KEY: testSecret,
    };
    expect(await program.runHosted(['revoke', '--user', '-bcdefghijklmnop'], environment)).toMatchObject({
      code: 0,
      stdout: 'Ended 0 sessions of user "-bcdefghijklmnop".\n',
    });
  });

  it('says that the store does not answer, and shows no password', async () => {
    const outcome = await program.run(['revoke', 'ada'], {
      SESSION_TYPE: 'sql',
      SESSION_SQL: 'postgres://shop:sesame@127.0.0.1:1/shop',
      SECRET_KEY: testSecret,
    });
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toMatch(/PostgreSQL at postgres:\/\/127.0.0.1:1\/shop .*ECONNREFUSED/);
    // Once, and not as an application would, which goes on without the store.
    expect(outcome.stderr).not.toContain('The application starts');
    expect(outcome.stderr).not.toMatch(new RegExp(`sesame|${testSecret}`));
  });
});
