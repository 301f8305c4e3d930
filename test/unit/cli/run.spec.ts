import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { run } from '../../../lib/cli/run.js';
import { FilesystemStore } from '../../../lib/stores/filesystem/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const secretKey = 'o8c5Y2wTq0m3v9ZrK1xJ7hB4nL6sD_Ea';
const hour = 3_600_000;
let folder: { readonly path: string; remove(): void };

beforeAll(() => {
  folder = temporaryFolder('command');
});

afterAll(() => {
  folder.remove();
});

interface Outcome {
  readonly code: number;
  readonly printed: string;
  readonly complained: string;
}

async function outcome(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const printed: string[] = [];
  const complained: string[] = [];
  const code = await run(words, {
    environment,
    print: (line) => printed.push(line),
    complain: (line) => complained.push(line),
    progress: () => undefined,
    divert: () => undefined,
  });
  return { code, printed: printed.join('\n'), complained: complained.join('\n') };
}

/** A folder with sessions, some of which have expired. */
async function sessionsIn(name: string, expired: number): Promise<string> {
  const dir = join(folder.path, name);
  const then = new FilesystemStore({ dir }, { log: console, now: () => Date.now() - 2 * hour });
  for (let index = 0; index < expired; index++) {
    await then.write(`old${String(index)}`, Buffer.from('1'), hour, 'absent');
  }
  await then.write('live', Buffer.from('1'), 24 * hour, 'absent');
  await then.close();
  return dir;
}

describe('nestjs-session-auth', () => {
  it.each([['--help'], ['-h'], ['help']])('says what there is: %s', async (...words) => {
    const { code, printed, complained } = await outcome(words);
    expect({ code, complained }).toEqual({ code: 0, complained: '' });
    for (const word of ['cleanup', 'secret', 'routes', '--version', 'Exit codes']) expect(printed).toContain(word);
  });

  it.each([
    ['cleanup', '--help'],
    ['help', 'cleanup'],
  ])('says what a command takes: %s %s', async (...words) => {
    const { code, printed } = await outcome(words);
    expect(code).toBe(0);
    for (const word of ['--env-file', '--app', '--json']) expect(printed).toContain(word);
  });

  it('says which version it is', async () => {
    const { version } = JSON.parse(readFileSync(resolve('package.json'), 'utf8')) as { version: string };
    expect(await outcome(['--version'])).toEqual({ code: 0, printed: version, complained: '' });
  });

  it('makes a secret that production takes, another one each time', async () => {
    const secrets = [await outcome(['secret']), await outcome(['secret'])].map(({ printed }) => printed);
    expect(new Set(secrets).size).toBe(2);
    for (const secret of secrets) expect(secret).toMatch(/^[\w-]{43}$/);
    const { printed } = await outcome(['secret', '--json']);
    expect(JSON.parse(printed)).toEqual({ secret: expect.stringMatching(/^[\w-]{43}$/) });
  });

  it.each([
    [[], /Usage: nestjs-session-auth/],
    [['clean'], /unknown command 'clean'/],
    [['cleanpu'], /Did you mean cleanup\?/],
    [['cleanup', 'all'], /too many arguments for 'cleanup'/],
    [['cleanup', '--force'], /unknown option '--force'/],
    [['cleanup', '--env-file'], /'--env-file <path>' argument missing/],
    [['secret', '--env-file', 'x'], /unknown option '--env-file'/],
    [['routes'], /required option '--app <module>' not specified/],
    [['routes', '--app', 'nowhere.js'], /--app does not exist: .*nowhere\.js/],
  ])('does not understand %j, and says so', async (words, problem) => {
    const { code, printed, complained } = await outcome(words);
    expect({ code, printed }).toEqual({ code: 2, printed: '' });
    expect(complained).toMatch(problem);
    expect(complained).toContain('--help');
  });
});

describe('nestjs-session-auth cleanup', () => {
  it('prints JSON for programs', async () => {
    const dir = await sessionsIn('json', 2);
    const json = async (environment: NodeJS.ProcessEnv) => {
      const { printed } = await outcome(['cleanup', '--json'], environment);
      return JSON.parse(printed) as unknown;
    };
    expect(await json({ SESSION_TYPE: 'filesystem', SESSION_FILE_DIR: dir })).toEqual({
      store: 'filesystem',
      removed: 2,
    });
    expect(await json({ SESSION_TYPE: 'null' })).toEqual({ store: 'null', removed: 0 });
    expect(await json({ SESSION_TYPE: 'cookie' })).toEqual({ store: 'cookie', removed: 0 });
  });

  it.each([
    [0, 'Removed 0 expired sessions (filesystem).'],
    [1, 'Removed 1 expired session (filesystem).'],
    [3, 'Removed 3 expired sessions (filesystem).'],
  ])('removes %i expired sessions, and no other', async (count, said) => {
    const dir = await sessionsIn(`some-${String(count)}`, count);
    const environment = { SESSION_TYPE: 'filesystem', SESSION_FILE_DIR: dir };
    expect(await outcome(['cleanup'], environment)).toEqual({ code: 0, printed: said, complained: '' });
    const store = new FilesystemStore({ dir });
    expect(await store.read('live')).not.toBeNull();
    await store.close();
  });

  it('takes its settings from a file, and before those what is in the environment', async () => {
    const [wrong, right] = [await sessionsIn('wrong', 5), await sessionsIn('right', 2)];
    const file = join(folder.path, 'settings.env');
    writeFileSync(file, `# The shop.\nSESSION_TYPE="filesystem"\nSESSION_FILE_DIR=${wrong}\n`);
    const { printed } = await outcome(['cleanup', '--env-file', file], { SESSION_FILE_DIR: right });
    expect(printed).toBe('Removed 2 expired sessions (filesystem).');
  });

  it('says that a file of settings cannot be read', async () => {
    const { code, complained } = await outcome(['cleanup', '--env-file', join(folder.path, 'none.env')]);
    expect(code).toBe(2);
    expect(complained).toMatch(/--env-file cannot be read.*none\.env/);
  });

  it('cleans up the store of the revocations where sessions are in cookies', async () => {
    const dir = await sessionsIn('revocations', 2);
    const environment = { SESSION_TYPE: 'cookie', SESSION_SEALED_REVOCATIONS: 'filesystem', SESSION_FILE_DIR: dir };
    expect((await outcome(['cleanup'], environment)).printed).toBe('Removed 2 expired sessions (filesystem).');
  });

  it.each([
    [{ SESSION_TYPE: 'null' }, 0, /null needs no cleanup/],
    [{ SESSION_TYPE: 'memory' }, 0, /in the application.s process/],
    [{ SESSION_TYPE: 'cookie' }, 0, /kept by the browsers/],
    [{ SESSION_TYPE: 'cookie', SESSION_SEALED_REVOCATIONS: 'memory' }, 0, /in the application.s process/],
    [{}, 2, /SESSION_TYPE is not set here.*cleanupSessions\(\)/],
    [{ SESSION_TYPE: 'files' }, 2, /SESSION_TYPE \(type\): expected one of/],
    [{ SESSION_TYPE: 'sql' }, 2, /SESSION_SQL \(sql.url\)/],
    [{ SESSION_TYPE: 'filesystem', SESSION_FILE_MODE: '9' }, 2, /SESSION_FILE_MODE/],
    [{ SESSION_TYPE: 'filesystem', NODE_ENV: 'production' }, 2, /SECRET_KEY/],
    [{ SESSION_TYPE: 'null', SESSION_TYP: 'x' }, 0, /SESSION_TYP is not read; did you mean SESSION_TYPE/],
  ])('under %j ends with %i, and says why', async (environment, code, why) => {
    const ended = await outcome(['cleanup'], environment);
    expect(ended.code).toBe(code);
    expect(`${ended.printed}\n${ended.complained}`).toMatch(why);
  });

  it('says that the store failed, and shows no secret', async () => {
    const environment = {
      SESSION_TYPE: 'sql',
      SESSION_SQL: 'postgres://shop:sesame@127.0.0.1:1/shop',
      SECRET_KEY: secretKey,
      NODE_ENV: 'production',
    };
    const { code, printed, complained } = await outcome(['cleanup'], environment);
    expect({ code, printed }).toEqual({ code: 1, printed: '' });
    expect(complained).toMatch(/PostgreSQL at postgres:\/\/127.0.0.1:1\/shop .*ECONNREFUSED/);
    expect(complained).not.toMatch(new RegExp(`sesame|${secretKey}`));
  });

  it('says so of a folder that cannot be used', async () => {
    const file = join(folder.path, 'a-file');
    writeFileSync(file, '');
    const environment = { SESSION_TYPE: 'filesystem', SESSION_FILE_DIR: join(file, 'sessions') };
    const { code, complained } = await outcome(['cleanup'], environment);
    expect(code).toBe(1);
    expect(complained).toContain('SESSION_FILE_DIR');
  });
});
