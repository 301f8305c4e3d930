import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../support/temporary-folder.js';

const execute = promisify(execFile);
const changes = '- **A thing** that users notice.';
const former = '## [0.1.0] - 2026-01-02\n\n- The first one.\n';

/** A small package with the scripts of this one, in a repository of its own. */
class Project {
  constructor(readonly folder: string) {}

  async begin(test: string): Promise<void> {
    await cp(join(import.meta.dirname, '..', '..', 'scripts'), join(this.folder, 'scripts'), { recursive: true });
    const manifest = { name: 'nestjs-session-auth', version: '0.1.0', files: ['index.js'], scripts: { test } };
    await this.write('package.json', JSON.stringify(manifest));
    await this.write('index.js', '');
    await this.write('.gitignore', '*.tgz\n');
    await this.write('CHANGELOG.md', `# Changelog\n\n## [Unreleased]\n\n${changes}\n\n${former}`);
    await this.write('SECURITY.md', '| 0.1     | yes       |\n| 0.2     | yes       |\n');
    await this.git('init', '--quiet');
    await this.git('config', 'user.name', 'Test');
    await this.git('config', 'user.email', 'test@example.com');
    await this.commit();
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.folder, name), text);
  }

  read(name: string): Promise<string> {
    return readFile(join(this.folder, name), 'utf8');
  }

  async commit(): Promise<void> {
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--message', 'Change');
  }

  async git(...args: string[]): Promise<string> {
    const { stdout } = await execute('git', args, { cwd: this.folder });
    return stdout.trim();
  }

  /** What the release printed; `failed` is what it gave as the reason not to. */
  async release(...words: string[]): Promise<{ output: string; failed: string | null }> {
    const { npm_lifecycle_event: _, ...env } = process.env;
    try {
      const { stdout } = await execute('node', ['scripts/release.mjs', ...words], { cwd: this.folder, env });
      return { output: stdout, failed: null };
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      return { output: stdout, failed: stderr };
    }
  }
}

describe('a release', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let project: Project;

  beforeEach(async () => {
    folder = temporaryFolder('release');
    project = new Project(folder.path);
    await project.begin('node --version');
  });
  afterEach(() => {
    folder.remove();
  });

  it('sets the version, dates the changes, packs, commits and tags', async () => {
    const { output, failed } = await project.release('0.2.0');
    expect(failed).toBeNull();
    expect(JSON.parse(await project.read('package.json'))).toMatchObject({ version: '0.2.0' });
    const dated = new RegExp(`## \\[Unreleased\\]\n\n## \\[0\\.2\\.0\\] - \\d{4}-\\d\\d-\\d\\d\n\n- \\*\\*A thing`);
    expect(await project.read('CHANGELOG.md')).toMatch(dated);
    expect(await project.git('log', '-1', '--format=%s %D')).toMatch(/^Release 0\.2\.0 .*tag: v0\.2\.0/);
    expect(await project.git('status', '--porcelain')).toBe('');
    expect(output).toContain('npm publish nestjs-session-auth-0.2.0.tgz');
    expect((await project.read('nestjs-session-auth-0.2.0.tgz')).length).toBeGreaterThan(0);
  });

  it('changes nothing where a test fails', async () => {
    await project.write('package.json', (await project.read('package.json')).replace('node --version', 'exit 1'));
    await project.commit();
    expect((await project.release('0.2.0')).failed).toContain('A test failed');
    expect(await project.git('status', '--porcelain')).toBe('');
    expect(await project.git('log', '-1', '--format=%s')).toBe('Change');
  });

  it('is refused for a version that does not follow, for no changes, for one that gets no security fixes, and with uncommitted work', async () => {
    const reasonsOf = async (...words: string[]): Promise<string | null> =>
      (await project.release('--dry-run', ...words)).failed;
    expect(await reasonsOf('0.2.0')).toBeNull();
    expect(await reasonsOf()).toContain('Name one version');
    expect(await reasonsOf('0.3.0')).toContain('does not follow 0.1.0: name 1.0.0, 0.2.0, 0.1.1');
    expect(await reasonsOf('v0.2.0')).toContain('is no version');
    expect(await reasonsOf('1.0.0')).toContain('SECURITY.md does not list 1.0');
    await project.write('SECURITY.md', '');
    expect(await reasonsOf('0.2.0')).toContain('SECURITY.md does not list 0.2');
    await project.git('checkout', '--quiet', '.');
    await project.write('index.js', 'changed');
    expect(await reasonsOf('0.2.0')).toContain('Commit or stash first');
    await project.git('checkout', '--quiet', '.');
    await project.write('CHANGELOG.md', `# Changelog\n\n## [Unreleased]\n\n${former}`);
    expect(await reasonsOf('0.2.0')).toContain('nothing to release');
  });
});
