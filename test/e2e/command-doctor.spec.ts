import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { run } from '../../lib/cli/run.js';
import { testSecret } from '../support/app.js';
import { CompiledCommand } from '../support/command.js';
import { MariadbServer } from '../support/servers/mariadb.js';
import { PostgresServer } from '../support/servers/postgres.js';
import { RedisServer } from '../support/servers/redis.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let folder: ReturnType<typeof temporaryFolder>;
const servers: { stop(): Promise<void> }[] = [];

beforeAll(() => {
  folder = temporaryFolder('command-doctor');
});

afterAll(() => {
  folder.remove();
});

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function started<Server extends { stop(): Promise<void> }>(starting: Promise<Server>): Promise<Server> {
  const server = await starting;
  servers.push(server);
  return server;
}

interface Check {
  readonly check: string;
  readonly status: string;
  readonly text: string;
}

async function examined(
  environment: NodeJS.ProcessEnv,
  ...words: string[]
): Promise<{ code: number; checks: Check[]; ok: boolean }> {
  const printed: string[] = [];
  const terminal = {
    environment: { SECRET_KEY: testSecret, NODE_ENV: 'production', ...environment },
    print: (line: string) => printed.push(line),
    complain: (line: string) => printed.push(`complained: ${line}`),
    progress: () => undefined,
    divert: () => undefined,
  };
  const code = await run(['doctor', '--json', ...words], terminal);
  return { code, ...(JSON.parse(printed.join('\n')) as { checks: Check[]; ok: boolean }) };
}

/** The checks, each with its result. */
const results = (checks: readonly Check[]): string[] => checks.map(({ check, status }) => `${check}: ${status}`);

const textOf = (checks: readonly Check[], name: string): string =>
  checks
    .filter(({ check }) => check === name)
    .map(({ text }) => text)
    .join('\n');

const healthyStore = ['settings: ok', 'store: ok', 'records: ok', 'owner index: ok'];

describe('nestjs-session-auth doctor', () => {
  it('finds nothing wrong with a PostgreSQL that has the table of the store', async () => {
    const { url } = await started(PostgresServer.start());
    const { code, checks, ok } = await examined({
      SESSION_TYPE: 'sql',
      SESSION_SQL: url,
      SESSION_SQL_CREATE_TABLE: 'true',
    });
    expect(results(checks)).toEqual([...healthyStore, 'clock: ok', 'table: ok', 'indexes: ok']);
    expect(textOf(checks, 'clock')).toMatch(/^differs by 0\.\d s from the server's$/);
    expect({ code, ok }).toEqual({ code: 0, ok: true });
  });

  it('finds nothing wrong with a MariaDB that has it', async () => {
    const { url } = await started(MariadbServer.start());
    const { code, checks } = await examined({
      SESSION_TYPE: 'sql',
      SESSION_SQL: url,
      SESSION_SQL_CREATE_TABLE: 'true',
    });
    expect(results(checks)).toEqual([...healthyStore, 'clock: ok', 'table: ok', 'indexes: ok']);
    expect(code).toBe(0);
  });

  it('finds nothing wrong with an SQLite that has it', async () => {
    const url = `sqlite:${join(folder.path, 'good.db')}`;
    const { code, checks } = await examined({
      SESSION_TYPE: 'sql',
      SESSION_SQL: url,
      SESSION_SQL_CREATE_TABLE: 'true',
    });
    expect(results(checks)).toEqual([...healthyStore, 'clock: ok', 'table: ok', 'indexes: ok']);
    expect(code).toBe(0);
  });

  it('names the indexes that a table lacks', async () => {
    const postgres = await started(PostgresServer.start());
    const environment = { SESSION_TYPE: 'sql', SESSION_SQL: postgres.url };
    await examined({ ...environment, SESSION_SQL_CREATE_TABLE: 'true' });
    await postgres.administer((client) => client.query('DROP INDEX sessions_owner'));
    const { code, checks } = await examined(environment);
    expect(results(checks)).toContain('indexes: warning');
    expect(textOf(checks, 'indexes')).toContain('no index on owner (listing and ending the sessions of a user)');
    expect(code).toBe(0);
  });

  it('says that there is no table', async () => {
    const url = `sqlite:${join(folder.path, 'empty.db')}`;
    const { code, checks } = await examined({
      SESSION_TYPE: 'sql',
      SESSION_SQL: url,
      SESSION_SQL_CREATE_TABLE: 'false',
    });
    expect(results(checks)).toContain('store: failed');
    expect(textOf(checks, 'store')).toContain('createSessionTable');
    expect(code).toBe(1);
  });

  it('warns of a Redis that keeps nothing over a restart', async () => {
    const { url } = await started(RedisServer.start());
    const { code, checks } = await examined({ SESSION_TYPE: 'redis', SESSION_REDIS: url });
    expect(results(checks)).toEqual([...healthyStore, 'eviction: ok', 'clock: ok', 'persistence: warning']);
    expect(textOf(checks, 'persistence')).toContain('Set appendonly yes');
    expect(code).toBe(0);
  });

  it('finds nothing wrong with a Redis that has an append-only file', async () => {
    const { url } = await started(RedisServer.start({ args: ['--appendonly', 'yes'] }));
    const { checks } = await examined({ SESSION_TYPE: 'redis', SESSION_REDIS: url });
    expect(results(checks)).toContain('persistence: ok');
  });

  it('warns once of a Redis that evicts sessions', async () => {
    const args = ['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru'];
    const { url } = await started(RedisServer.start({ args }));
    const { checks } = await examined({ SESSION_TYPE: 'redis', SESSION_REDIS: url });
    expect(results(checks)).toContain('eviction: warning');
    expect(checks.filter(({ text }) => text.includes('evicts any key'))).toHaveLength(1);
  });

  it('says what a user of Redis with few rights may not be asked', async () => {
    const redis = await started(RedisServer.start());
    await redis.administer((client) =>
      client.call(
        'ACL',
        'SETUSER',
        'shop',
        'on',
        '>sesame',
        '~session:*',
        '&session:*',
        '+@all',
        '-info',
        '-config',
        '-time',
      ),
    );
    const url = redis.url.replace('redis://', 'redis://shop:sesame@');
    const { code, checks } = await examined({ SESSION_TYPE: 'redis', SESSION_REDIS: url });
    expect(results(checks)).toEqual(
      expect.arrayContaining(['eviction: unknown', 'clock: unknown', 'persistence: unknown']),
    );
    expect(JSON.stringify(checks)).not.toContain('sesame');
    expect(code).toBe(0);
  });

  it('finds a store that only reads', async () => {
    const master = await started(RedisServer.start());
    const replica = await started(RedisServer.start({ args: ['--replicaof', '127.0.0.1', String(master.port)] }));
    const { code, checks, ok } = await examined({ SESSION_TYPE: 'redis', SESSION_REDIS: replica.url });
    expect(results(checks)).toEqual(expect.arrayContaining(['store: ok', 'records: failed']));
    expect(textOf(checks, 'records')).toMatch(/READONLY|read only/i);
    expect({ code, ok }).toEqual({ code: 1, ok: false });
  });

  it('says that the store does not answer, and shows no password', async () => {
    const SESSION_SQL = 'postgres://shop:sesame@127.0.0.1:1/shop';
    const { code, checks } = await examined({ SESSION_TYPE: 'sql', SESSION_SQL });
    expect(results(checks)).toEqual(['settings: ok', 'store: failed']);
    expect(textOf(checks, 'store')).toContain('ECONNREFUSED');
    expect(JSON.stringify(checks)).not.toContain('sesame');
    expect(code).toBe(1);
  });

  it('leaves nothing in the store', async () => {
    const redis = await started(RedisServer.start());
    await examined({ SESSION_TYPE: 'redis', SESSION_REDIS: redis.url });
    const keys = await redis.administer((client) => client.keys('*'));
    expect(keys.filter((key) => key.includes('doctor'))).toEqual([]);
  });

  it('names every invalid setting, and ends with 2', async () => {
    const { code, checks, ok } = await examined({ SESSION_TYPE: 'redsi', SESSION_MAX_SIZE: 'huge' });
    expect(checks.map(({ status, text }) => `${status} ${text.replace(/:.*/s, '')}`)).toEqual([
      'failed SESSION_TYPE (type)',
      'failed SESSION_MAX_SIZE (maxSize)',
    ]);
    expect({ code, ok }).toEqual({ code: 2, ok: false });
  });

  it('lists what the application would warn of at its start', async () => {
    const environment = { SESSION_TYPE: 'null', SESSION_TYP: 'x', NODE_ENV: 'development', SECRET_KEY: undefined };
    const { checks } = await examined(environment);
    expect(results(checks)).toEqual(['settings: ok', 'log: warning', 'log: warning', 'store: ok']);
    expect(textOf(checks, 'log')).toMatch(/SESSION_TYP is not read/);
    expect(textOf(checks, 'log')).toMatch(/SECRET_KEY/);
  });

  it.each([
    [{ SESSION_TYPE: 'memory' }, 'store: warning', /end with its process/],
    [{ SESSION_TYPE: 'cookie' }, 'store: ok', /in their cookies/],
    [{ NODE_ENV: 'development' }, 'store: unknown', /SESSION_TYPE is not set here/],
  ])('under %j, has no store to check', async (environment, result, text) => {
    const { checks } = await examined(environment);
    expect(results(checks)).toContain(result);
    expect(textOf(checks, 'store')).toMatch(text);
  });
});

describe('nestjs-session-auth doctor --url', () => {
  const cookies = async (url: string, environment: NodeJS.ProcessEnv = {}) => {
    const { code, checks } = await examined({ SESSION_TYPE: 'null', ...environment }, '--url', url);
    return { code, checks: checks.filter(({ check }) => /cookie|url/.test(check)) };
  };

  it('shows the cookies as an application under that URL gets them', async () => {
    const { code, checks } = await cookies('https://shop.example/');
    expect(checks).toEqual([
      { check: 'session cookie', status: 'ok', text: '__Host-session; Secure; HttpOnly; Path=/; SameSite=Lax' },
      {
        check: 'remember-me cookie',
        status: 'ok',
        text: expect.stringMatching(/^__Host-\w+; Secure; HttpOnly; Path=\//),
      },
    ]);
    expect(code).toBe(0);
  });

  it.each<[string, NodeJS.ProcessEnv, string, RegExp]>([
    ['http://shop.example/', {}, 'session cookie: failed', /ignore a Secure cookie over http/],
    ['http://shop.example/', { NODE_ENV: 'development' }, 'url: warning', /anyone in the network can read/],
    ['http://localhost:3000/', {}, 'session cookie: warning', /from this machine only/],
    ['https://shop.example/', { SESSION_COOKIE_SECURE: 'false' }, 'session cookie: warning', /not Secure/],
    [
      'https://shop.example/',
      { SESSION_COOKIE_DOMAIN: 'other.example' },
      'session cookie: failed',
      /reject Domain=other/,
    ],
    ['https://127.0.0.1/', { SESSION_COOKIE_DOMAIN: 'shop.example' }, 'session cookie: failed', /reject Domain/],
    ['https://shop.example/', { SESSION_COOKIE_PATH: '/app' }, 'session cookie: failed', /not below its Path=\/app/],
    [
      'https://shop.example/',
      { SESSION_PUBLIC_URL: 'https://a.example' },
      'url: warning',
      /publicUrl\) is https:\/\/a/,
    ],
  ])('under %s with %j, says what browsers do', async (url, environment, result, text) => {
    const { checks } = await cookies(url, environment);
    expect(results(checks)).toContain(result);
    expect(checks.map((check) => check.text).join('\n')).toMatch(text);
  });

  it.each(['https://www.shop.example/', 'https://shop.example/app', 'https://shop.example/app/cart'])(
    'accepts %s for a cookie of its parent domain, or of its path',
    async (url) => {
      const path = url.includes('/app') ? { SESSION_COOKIE_PATH: '/app' } : {};
      const { code, checks } = await cookies(url, { SESSION_COOKIE_DOMAIN: 'shop.example', ...path });
      expect(results(checks)).toEqual(['session cookie: ok', 'remember-me cookie: ok']);
      expect(code).toBe(0);
    },
  );

  it('takes SESSION_PUBLIC_URL if there is no --url', async () => {
    const { checks } = await examined({ SESSION_TYPE: 'null', SESSION_PUBLIC_URL: 'http://shop.example' });
    expect(results(checks)).toContain('session cookie: failed');
  });
});

describe('nestjs-session-auth doctor --app', () => {
  it('checks the store that the code of the application passes in', async () => {
    const program = new CompiledCommand();
    try {
      writeFileSync(
        join(program.folder, 'app.module.js'),
        `import { Module } from '@nestjs/common';
        import { SessionModule } from './lib/index.js';
        import { FilesystemStore } from './lib/stores/filesystem/index.js';
        const store = new FilesystemStore({ dir: 'kept' });
        store.ownedBy = undefined;
        export class AppModule {}
        Module({ imports: [SessionModule.forRoot({ store, secretKey: '${testSecret}', publicUrl: 'https://shop.example' })] })(AppModule);`,
      );
      const { code, stdout, stderr } = await program.run(['doctor', '--app', 'app.module.js']);
      expect(stderr).toBe('');
      expect(stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual([
        ['RESULT', 'CHECK'],
        ['ok', 'settings'],
        ['ok', 'store'],
        ['ok', 'records'],
        ['warning', 'owner index'],
        ['ok', 'session cookie'],
        ['ok', 'remember-me cookie'],
        [''],
      ]);
      expect(stdout).toMatch(/FilesystemStore answers in [\d.]+ ms/);
      expect(code).toBe(0);
    } finally {
      program.remove();
    }
  });
});
