import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { adapters, onlyTypes } from '../../scripts/entry-points.mjs';
import { send } from '../support/accounts-app.js';
import { CookieJar } from '../support/jar.js';
import { RedisServer } from '../support/servers/redis.js';
import { totpCode } from '../support/totp.js';
import { browser } from './browser.js';
import { InstalledApplication } from './installed-application.js';
import { linkFromProject } from './linked-packages.js';
import { manifest, project } from './package-under-test.js';

/** Packages that Nest looks for and does without. */
const optionalOfNest = ['@nestjs/microservices', '@nestjs/websockets', 'class-validator', 'class-transformer'];
const isFull = process.env['TEST_FULL'] === '1';
const settings = { SESSION_TYPE: 'memory', SECRET_KEY: 'a key for this test, of more than 32 bytes' };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packaging-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const apps = [
  {
    name: 'nest11-scaffold',
    what: 'an application that `nest new` of Nest 11 made, with its settings as they were',
    load: 'require',
    build: (application: InstalledApplication) => application.build('@nestjs/cli/bin/nest.js', 'build'),
    main: 'dist/main.js',
  },
  {
    name: 'nest12-esm',
    what: 'an ESM application on Nest 12',
    load: 'await import',
    build: (application: InstalledApplication) => application.compile(),
    main: 'main.js',
  },
] as const;

describe.each(apps)('the packed package in $what', ({ name, load, build, main }) => {
  let application: InstalledApplication;

  beforeAll(async () => {
    application = await InstalledApplication.make(name, join(folder, name));
    await build(application);
  });

  it('keeps a session, refuses before a login and lets in after it', async () => {
    await expectSessions(application, main, settings);
  });

  it('ends when it is asked to', async () => {
    const running = await application.start(main, settings);
    expect(await running.stop()).toBe('SIGTERM');
  });

  it('loads under every path that it exports', async () => {
    const { name: self, exports } = await manifest();
    const paths = Object.keys(exports).filter(loadsByItself);
    const names = JSON.stringify(paths.map((path) => `${self}${path.slice(1)}`));
    const empty = JSON.stringify(onlyTypes.map((path) => `${self}/${path}`));
    const script = `for (const name of ${names}) {
      if (Object.keys(${load}(name)).length > 0 !== ${empty}.includes(name)) console.log(name);
    }`;
    const type = load === 'require' ? 'commonjs' : 'module';
    const { code, output } = await application.run([`--input-type=${type}`, '-e', script]);
    expect({ code, loaded: output.trim().split('\n') }).toEqual({ code: 0, loaded: JSON.parse(names) as unknown });
  });

  it('brings its command, which cleans up the store of the same settings', async () => {
    const command = ['node_modules/.bin/nestjs-session-auth'];
    const { version } = await manifest();
    expect(await application.run([...command, '--version'])).toEqual({ code: 0, output: `${version}\n` });
    const store = { SESSION_TYPE: 'filesystem', SESSION_FILE_DIR: 'cleaned' };
    expect(await application.run([...command, 'cleanup'], store)).toEqual({
      code: 0,
      output: 'Removed 0 expired sessions (filesystem).\n',
    });
    const missing = await application.run([...command, 'cleanup'], { SESSION_TYPE: 'lmdb' });
    expect(missing).toMatchObject({ code: 2, output: expect.stringContaining('npm install lmdb') });
  });

  it('lists the routes of an application by its command, which creates nothing of it', async () => {
    if (name !== 'nest11-scaffold') return;
    const command = ['node_modules/.bin/nestjs-session-auth', 'routes', '--app', 'dist/app.module.js'];
    const { code, output } = await application.run(command);
    expect(output).toMatch(/^unguarded +GET +\/visits +ShopController\.visits\(\) +- +- +- +session$/m);
    expect(output).toMatch(/^login +GET +\/me +ShopController\.me\(\) +SessionAuthGuard +- +- +-$/m);
    expect(code).toBe(1);
  });

  it('loads its adapters where their packages are installed, and otherwise names the package', async () => {
    const { name: self } = await manifest();
    const type = load === 'require' ? 'commonjs' : 'module';
    const loaded = (path: string) =>
      application.run([
        `--input-type=${type}`,
        '-e',
        `const loaded = ${load}('${self}/${path}'); console.log(Object.keys(loaded).length > 0)`,
      ]);
    for (const [path, peer] of Object.entries(adapters)) {
      const { code, output } = await loaded(path);
      expect({ path, code, output }).toEqual({
        path,
        code: 1,
        output: expect.stringMatching(new RegExp(`Cannot find (?:package|module) '${peer}'`)),
      });
    }

    if (name !== 'nest12-esm') return;
    linkFromProject(application.folder, Object.values(adapters));
    for (const path of Object.keys(adapters)) {
      expect({ path, ...(await loaded(path)) }).toEqual({ path, code: 0, output: 'true\n' });
    }
  });

  it('registers an account, and logs in by its password and a code of an authenticator app', async () => {
    for (const peer of ['@node-rs/argon2', 'otplib', 'qrcode']) {
      await mkdir(join(application.folder, 'node_modules', dirname(peer)), { recursive: true });
      await symlink(join(project, 'node_modules', peer), join(application.folder, 'node_modules', peer));
    }
    const file = load === 'require' ? 'accounts.cjs' : 'accounts.mjs';
    await writeFile(join(application.folder, file), accountsProgram(load));
    await expectAccounts(application, file);
  });

  it('has one copy of each class in a process, by import and by require', async () => {
    const { name: self, exports } = await manifest();
    const paths = Object.keys(exports).filter(loadsByItself);
    const script = `
      const { createRequire } = await import('node:module');
      const require = createRequire(process.cwd() + '/');
      if (!('paths' in require(${JSON.stringify(`${self}/openapi.json`)}))) throw new Error('It is no document.');
      let compared = 0;
      for (const name of ${JSON.stringify(paths.map((path) => `${self}${path.slice(1)}`))}) {
        const [imported, required] = [await import(name), require(name)];
        for (const key of Object.keys(imported)) {
          if (imported[key] !== required[key]) throw new Error(name + ' has two of ' + key);
          compared += 1;
        }
      }
      console.log(compared > 50);`;
    expect(await application.run(['--input-type=module', '-e', script])).toEqual({ code: 0, output: 'true\n' });
  });

  if (name === 'nest11-scaffold') {
    let redis: RedisServer;

    beforeAll(async () => {
      redis = await RedisServer.start();
    });

    afterAll(() => redis.stop());

    const stores = (path: string): Record<string, Record<string, string>> => ({
      memory: {},
      filesystem: { SESSION_FILE_DIR: join(path, 'sessions') },
      redis: { SESSION_REDIS: `redis://127.0.0.1:${String(redis.port)}` },
      sql: { SESSION_SQL: `sqlite:${join(path, 'sessions.db')}`, SESSION_SQL_CREATE_TABLE: 'true' },
    });

    /** The stores of `only`, in an application whose code lies in one file, and one whose library is not installed. */
    async function expectStores(built: InstalledApplication, file: string, only: readonly string[]): Promise<void> {
      for (const type of only) {
        await expectSessions(built, file, { ...settings, SESSION_TYPE: type, ...stores(built.folder)[type] });
      }
      const missing = await built.run([file], { ...settings, SESSION_TYPE: 'lmdb' });
      expect(missing.output).toContain('npm install lmdb');
      expect(missing.code).toBe(1);
    }

    it('works with every store, and says how to install the library of one, where that is missing', async () => {
      await expectStores(application, main, ['filesystem', 'redis', 'sql']);
    });

    it('passes the tests of the application in Jest with ts-jest, with a store that loads a library', async () => {
      const { code, output } = await application.run(['node_modules/jest/bin/jest.js'], {
        ...settings,
        SESSION_TYPE: 'redis',
        ...stores(application.folder)['redis'],
      });
      expect(output).toContain('Tests:       5 passed, 5 total');
      expect(code).toBe(0);
    });

    it('compiles and works with module: commonjs', async () => {
      await application.build('typescript/bin/tsc', '--project', 'tsconfig.commonjs.json');
      await expectSessions(application, 'dist-commonjs/main.js', settings);
    });

    it('works with the SWC builder', async () => {
      const copy = await application.copy(join(folder, 'swc'));
      await copy.build('@nestjs/cli/bin/nest.js', 'build', '--builder', 'swc');
      await expectSessions(copy, main, settings);
    });

    it('works in a bundle of esbuild', async () => {
      const bundle = await InstalledApplication.empty(join(folder, 'esbuild'));
      const leftOut = [...optionalOfNest, 'libsql'].map((part) => `--external:${part}`);
      const target = `--outfile=${join(bundle.folder, 'main.js')}`;
      await application.build('esbuild/bin/esbuild', main, '--bundle', '--platform=node', target, ...leftOut);
      await expectStores(bundle, 'main.js', ['memory', 'filesystem', 'redis']);
      await symlink(join(application.folder, 'node_modules'), join(bundle.folder, 'node_modules'));
      await expectStores(bundle, 'main.js', ['sql']);
    });

    // These take long, so they belong to the nightly form.
    if (!isFull) return;

    it('is added by `nest add` of Nest 11 to what its `nest new` makes, which then keeps sessions', async () => {
      const cli = '@nestjs/cli/bin/nest.js';
      await application.build(cli, 'new', 'made', '--skip-install', '--skip-git', '--package-manager', 'npm');
      const path = join(application.folder, 'made');
      await symlink(join(application.folder, 'node_modules'), join(path, 'node_modules'));
      const made = InstalledApplication.at(path);
      await made.build(cli, 'add', 'nestjs-session-auth', '--skip-install');
      for (const file of ['main.ts', 'shop.controller.ts']) {
        await cp(join(application.folder, 'src', file), join(path, 'src', file));
      }
      const module = join(path, 'src/app.module.ts');
      const text = await readFile(module, 'utf8');
      expect(text).toContain('imports: [SessionModule.forRoot()],');
      const withShop = text
        .replace('[AppController]', '[AppController, ShopController]')
        .replace('forRoot()', 'forRoot({ userLoader: (id) => (id === ada.id ? ada : null) })');
      await writeFile(module, `import { ada, ShopController } from './shop.controller';\n${withShop}`);
      await made.build(cli, 'build');
      const env = parseEnv(await readFile(join(path, '.env'), 'utf8'));
      await expectSessions(
        made,
        main,
        Object.fromEntries(Object.entries(env).map(([key, value]) => [key, value ?? ''])),
      );
    });

    it('works with `nest build --webpack`, and where webpack bundles the packages, too', async () => {
      const copy = await application.copy(join(folder, 'webpack'));
      await copy.build('@nestjs/cli/bin/nest.js', 'build', '--webpack');
      await expectStores(copy, main, ['memory', 'filesystem', 'redis', 'sql']);
      await copy.build('@nestjs/cli/bin/nest.js', 'build', '--webpack', '--webpackPath', 'webpack-whole.config.js');
      const bundle = await InstalledApplication.empty(join(folder, 'webpack-bundle'));
      await cp(join(copy.folder, 'dist'), bundle.folder, { recursive: true });
      await expectStores(bundle, 'main.js', ['memory', 'filesystem', 'redis']);
    });

    it('works in a bundle of ncc', async () => {
      const bundle = await InstalledApplication.empty(join(folder, 'ncc'));
      await application.build('@vercel/ncc/dist/ncc/cli.js', 'build', main, '-o', bundle.folder);
      await expectStores(bundle, 'index.js', ['memory', 'filesystem', 'redis']);
    });
  }
});

/** Whether what an exported path leads to needs no other package than Nest. */
function loadsByItself(path: string): boolean {
  return !path.endsWith('.json') && !(path.slice(2) in adapters);
}

/** An application with accounts, without a compiler. @param load how it loads a package */
function accountsProgram(load: string): string {
  return `(async () => {
    const { NestFactory } = ${load}('@nestjs/core');
    const { Module } = ${load}('@nestjs/common');
    const { SessionModule } = ${load}('nestjs-session-auth');
    const { AccountsModule } = ${load}('nestjs-session-auth/accounts');
    class AppModule {}
    const accounts = AccountsModule.forRoot({ registration: true, totp: true });
    Module({ imports: [SessionModule.forRoot(), accounts] })(AppModule);
    const app = await NestFactory.create(AppModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    console.log('listening on ' + app.getHttpServer().address().port);
  })();`;
}

async function expectAccounts(application: InstalledApplication, file: string): Promise<void> {
  const running = await application.start(file, settings);
  try {
    const [jar, other] = [new CookieJar(running.address), new CookieJar(running.address)];
    const ada = { email: 'ada@example.com', password: 'a long enough phrase' };
    expect(await send(jar, '/auth/register', ada)).toMatchObject({ status: 201, body: { user: { email: ada.email } } });
    const { id, secret } = (await send(jar, '/auth/factors/totp', {})).body as { id: string; secret: string };
    const now = Date.now();
    const enabled = await send(jar, `/auth/factors/totp/${id}/enable`, { code: totpCode(secret, now) });
    expect(enabled).toEqual({ status: 200, body: { status: 'enabled', id } });
    const login = await send(other, '/auth/login', { identity: ada.email, password: ada.password });
    expect(login.body).toEqual({ status: 'second-factor', methods: ['totp'] });
    // Of the next step: the one of this step is used up.
    const proof = { method: 'totp', code: totpCode(secret, now + 30_000) };
    expect(await send(other, '/auth/second-factor', proof)).toMatchObject({ status: 200, body: { status: 'in' } });
  } finally {
    await running.stop();
  }
}

/** That a session is kept, and that a guard refuses before a login and lets in after it. */
async function expectSessions(
  application: InstalledApplication,
  main: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const running = await application.start(main, environment);
  try {
    const request = browser(running.address);
    expect(await request('GET', '/visits')).toEqual({ status: 200, body: { visits: 1 } });
    expect(await request('GET', '/visits')).toEqual({ status: 200, body: { visits: 2 } });
    expect(await request('GET', '/me')).toMatchObject({ status: 401 });
    expect(await request('POST', '/login')).toEqual({ status: 201, body: { welcome: 'Ada' } });
    expect(await request('GET', '/me')).toEqual({ status: 200, body: { id: 'ada', name: 'Ada' } });
    expect(await browser(running.address)('GET', '/me')).toMatchObject({ status: 401 });
  } finally {
    await running.stop();
  }
}
