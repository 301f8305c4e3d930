import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HostTree, type Rule } from '@angular-devkit/schematics';
import { nestAdd } from '../../lib/schematics/nest-add.js';
import { SchematicTestRunner } from '@angular-devkit/schematics/testing/index.js';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { patienceMs } from '../support/patience.js';
import { browser } from './browser.js';
import { compiler, project, tool } from './package-under-test.js';

const execute = promisify(execFile);
/** What an application of the scaffold imports. */
const packages = ['@nestjs', '@types', 'reflect-metadata', 'rxjs', 'typescript'];
const secretForm = /^SECRET_KEY=([\w-]{43})$/m;

/** A controller that compiles only if the types of sessions are known. */
const controller = `import { Controller, Get } from '@nestjs/common';
import { Session } from 'nestjs-session-auth';

@Controller()
export class AppController {
  @Get('visits')
  visits(@Session() session: Session): { visits: number } {
    session.visits = (session.visits ?? 0) + 1;
    const { visits } = session;
    return { visits };
  }
}
`;

describe.each(['esm', 'cjs'])('nest add, in what nest new makes with %s', (type) => {
  let folder: string;
  let output: string;
  const text = (path: string): Promise<string> => readFile(join(folder, path), 'utf8');
  const add = (): Promise<string> =>
    tool('@nestjs/cli/bin/nest.js', ['add', 'nestjs-session-auth', '--skip-install'], folder);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nest-add-'));
    await execute(process.execPath, [join(import.meta.dirname, 'scaffold.mjs'), folder, type], { cwd: project });
    await writeFile(join(folder, '.gitignore'), '/dist\n/node_modules\n');
    await mkdir(join(folder, 'node_modules'));
    for (const name of packages) {
      await symlink(join(project, 'node_modules', name), join(folder, 'node_modules', name));
    }
    await symlink(project, join(folder, 'node_modules/nestjs-session-auth'));
    output = await add();
  }, patienceMs);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('adds the module to the root module', async () => {
    const module = await text('src/app.module.ts');
    expect(module).toContain("import { SessionModule } from 'nestjs-session-auth';\n");
    expect(module).toContain('  imports: [SessionModule.forRoot()],\n');
  });

  it('makes a secret, and shows it nowhere but in .env, which git ignores', async () => {
    const [, secret = ''] = secretForm.exec(await text('.env')) ?? [];
    expect(secret).not.toBe('');
    expect(await text('.env')).toContain('SESSION_TYPE=memory\n');
    expect(await text('.gitignore')).toBe('/dist\n/node_modules\n.env\n');
    expect(output).not.toContain(secret);
    expect(await text('.env.example')).toMatch(/^SECRET_KEY=$/m);
    expect(await text('.env.example')).not.toContain(secret);
  });

  it('changes nothing when it runs again', async () => {
    const before = await contentOf(folder);
    await add();
    expect(await contentOf(folder)).toEqual(before);
  });

  it('leaves an application that compiles and keeps sessions', async () => {
    await writeFile(join(folder, 'src/app.controller.ts'), controller);
    const listening = '  await app.listen(process.env.PORT ?? 3000);\n';
    const main = await text('src/main.ts');
    expect(main).toContain(listening);
    const told = main.replace(listening, `${listening}  console.log('listening on', await app.getUrl());\n`);
    await writeFile(join(folder, 'src/main.ts'), told);
    // Without the tests, whose packages are not installed here.
    const settings = {
      extends: './tsconfig.json',
      compilerOptions: { types: ['node'], rootDir: './src', incremental: false },
      include: ['src'],
      exclude: ['src/**/*.spec.ts'],
    };
    await writeFile(join(folder, 'tsconfig.app.json'), JSON.stringify(settings));
    await tool(compiler, ['--project', 'tsconfig.app.json'], folder);
    const application = spawn(process.execPath, ['--env-file', '.env', 'dist/main.js'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], PORT: '0', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: patienceMs,
    });
    const lines: string[] = [];
    let port = '';
    try {
      for await (const line of createInterface(application.stdout)) {
        lines.push(line);
        port = /^listening on .*:(\d+)$/.exec(line)?.[1] ?? '';
        if (port !== '') break;
      }
      const request = browser(`http://127.0.0.1:${port}`);
      expect(await request('GET', '/visits')).toEqual({ status: 200, body: { visits: 1 } });
      expect(await request('GET', '/visits')).toEqual({ status: 200, body: { visits: 2 } });
    } finally {
      application.kill();
      if (application.exitCode === null && application.signalCode === null) await once(application, 'exit');
    }
    // Of settings that are missing, it would warn.
    expect(lines.filter((line) => /SECRET_KEY|SESSION_TYPE/.test(line))).toEqual([]);
  });
});

describe('the schematic of nest add', () => {
  const module = "import { Module } from '@nestjs/common';\n\n@Module({ imports: [] })\nexport class AppModule {}\n";

  it('takes what the devkit gives, though it does not depend on it', () => {
    const rule: Rule = nestAdd();
    expect(rule).toBeInstanceOf(Function);
  });

  async function run(files: Record<string, string>, options: object = {}) {
    const runner = new SchematicTestRunner('nestjs-session-auth', join(project, 'schematics/collection.json'));
    const messages: string[] = [];
    runner.logger.subscribe(({ level, message }) => void messages.push(`${level}: ${message}`));
    const tree = new HostTree();
    for (const [path, content] of Object.entries(files)) tree.create(path, content);
    const result = await runner.runSchematic('nest-add', options, tree);
    const after = Object.fromEntries(result.files.map((path) => [path.slice(1), result.readContent(path)]));
    return { after, messages };
  }

  it('says by hand what it cannot do, and does the rest', async () => {
    const { after, messages } = await run({ 'src/app.module.ts': '@Module(metadata)\nexport class AppModule {}\n' });
    expect(messages).toContainEqual(
      expect.stringMatching(
        /^warn: SessionModule could not be added to src\/app\.module\.ts\. Add SessionModule\.forRoot\(\)/,
      ),
    );
    expect(after['src/app.module.ts']).not.toContain('SessionModule');
    expect(after['.env']).toMatch(secretForm);
    const without = await run({ 'package.json': '{}' });
    expect(without.messages).toContainEqual(expect.stringContaining('the root module, which was not found'));
  });

  it('leaves a project alone that registers the module elsewhere', async () => {
    const elsewhere = 'imports: [SessionModule.forRootAsync({})]';
    const { after } = await run({ 'src/app.module.ts': module, 'src/auth/auth.module.ts': elsewhere });
    expect(after['src/app.module.ts']).toBe(module);
  });

  it('keeps the settings and the types that are there', async () => {
    const declared = "declare module 'nestjs-session-auth' {\n  interface SessionData {}\n}\n";
    const files = {
      'src/app.module.ts': module,
      'src/types.ts': declared,
      '.env': 'SECRET_KEY=mine\n',
      '.gitignore': '.env*\n',
    };
    const { after } = await run(files);
    expect(after['.env']).toMatch(/^SECRET_KEY=mine\n/);
    expect(after['.env']?.match(/SECRET_KEY=/g)).toHaveLength(1);
    expect(after['.gitignore']).toBe('.env*\n');
    expect(Object.keys(after)).not.toContain('src/session.d.ts');
  });

  it('warns where nothing keeps the secret out of a repository', async () => {
    const { after, messages } = await run({ 'src/app.module.ts': module });
    expect(messages).toContainEqual(expect.stringMatching(/^warn: There is no \.gitignore/));
    expect(Object.keys(after)).not.toContain('.gitignore');
  });

  it('says what reads .env, unless the application does', async () => {
    const { messages } = await run({ 'src/app.module.ts': module });
    expect(messages).toContainEqual(expect.stringMatching(/^info: Nothing reads \.env by itself/));
    const read = module.replace('imports: []', 'imports: [ConfigModule.forRoot({ isGlobal: true })]');
    const configured = await run({ 'src/app.module.ts': read });
    expect(configured.messages.filter((message) => message.startsWith('info:'))).toEqual([]);
  });

  it('sets up the project, the module and the store that it is told', async () => {
    const { after } = await run(
      { 'apps/shop/src/root.ts': module, 'apps/shop/src/app.module.ts': module },
      { sourceRoot: 'apps/shop/src', module: 'apps/shop/src/root.ts', type: 'redis' },
    );
    expect(after['apps/shop/src/root.ts']).toContain('SessionModule.forRoot()');
    expect(after['apps/shop/src/app.module.ts']).toBe(module);
    expect(Object.keys(after)).toContain('apps/shop/src/session.d.ts');
    expect(after['.env']).toContain('SESSION_TYPE=redis\n');
  });
});

/** The files of an application and their texts, without its packages. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const own = files.filter((file) => !file.includes('node_modules'));
  return Object.fromEntries(await Promise.all(own.map(async (file) => [file, await readFile(file, 'utf8')] as const)));
}
