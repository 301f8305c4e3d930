import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InstalledApplication } from './installed-application.js';
import { manifest, pack, project } from './package-under-test.js';

const settings = { SESSION_TYPE: 'memory', SECRET_KEY: 'a key for this test, of more than 32 bytes' };

let folder: string;
let tarball: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packaging-'));
  ({ tarball } = await pack(folder));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each([
  { name: 'nest11-cjs', what: 'a CommonJS application on Nest 11', load: 'require' },
  { name: 'nest12-esm', what: 'an ESM application on Nest 12', load: 'await import' },
])('the packed package in $what', ({ name, load }) => {
  let application: InstalledApplication;

  beforeAll(async () => {
    application = await InstalledApplication.make(name, join(folder, name), tarball);
  });

  it('keeps a session, refuses before a login and lets in after it', async () => {
    const running = await application.start(settings);
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
  });

  it('ends when it is asked to', async () => {
    const running = await application.start(settings);
    expect(await running.stop()).toBe('SIGTERM');
  });

  it('loads under every path that it exports', async () => {
    const { name: self, exports } = await manifest();
    for (const path of Object.keys(exports).filter((subpath) => !subpath.endsWith('.json') && subpath !== './events')) {
      const script = `const loaded = ${load}('${self}${path.slice(1)}'); console.log(Object.keys(loaded).length > 0)`;
      const type = load === 'require' ? 'commonjs' : 'module';
      expect({ path, ...(await application.run([`--input-type=${type}`, '-e', script])) }).toEqual({
        path,
        code: 0,
        output: 'true\n',
      });
    }
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

  it('loads its adapter to an emitter where that is installed, and otherwise names the package', async () => {
    const { name: self } = await manifest();
    const script = `const loaded = ${load}('${self}/events'); console.log(Object.keys(loaded).join())`;
    const type = load === 'require' ? 'commonjs' : 'module';
    const missing = await application.run([`--input-type=${type}`, '-e', script]);
    expect(missing.code).toBe(1);
    expect(missing.output).toMatch(/Cannot find (?:package|module) '@nestjs\/event-emitter'/);

    if (name !== 'nest12-esm') return;
    for (const part of ['@nestjs/event-emitter', 'eventemitter2']) {
      await cp(join(project, 'node_modules', part), join(application.folder, 'node_modules', part), {
        recursive: true,
      });
    }
    const installed = await application.run([`--input-type=${type}`, '-e', script]);
    expect(installed).toEqual({ code: 0, output: 'SessionEventsModule\n' });
  });

  if (name === 'nest11-cjs') {
    it('says how to install the library of a store that is chosen, where that is missing', async () => {
      const { code, output } = await application.run(['main.js'], { ...settings, SESSION_TYPE: 'redis' });
      expect(output).toContain('npm install ioredis');
      expect(code).toBe(1);
    });
  }
});

/** Sends requests to one address, and keeps cookies as a browser would. */
function browser(address: string): (method: string, path: string) => Promise<{ status: number; body: unknown }> {
  const cookies = new Map<string, string>();
  return async (method, path) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${address}${path}`, { method, headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return { status: response.status, body: await response.json() };
  };
}
