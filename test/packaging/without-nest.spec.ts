import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adapters, onlyTypes } from '../../scripts/entry-points.mjs';
import { browser } from './browser.js';
import { InstalledApplication } from './installed-application.js';
import { manifest } from './package-under-test.js';

let folder: string;
let application: InstalledApplication;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'without-nest-'));
  application = await InstalledApplication.make('express-alone', join(folder, 'application'), { byNpm: true });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the packed package in an application without Nest', () => {
  it('brings nothing of Nest along', async () => {
    const packages = join(application.folder, 'node_modules');
    for (const name of ['@nestjs', 'rxjs', 'reflect-metadata']) {
      await expect(access(join(packages, name))).rejects.toMatchObject({ code: 'ENOENT' });
    }
  });

  it.each(['import', 'require'])('loads by %s, but for the module and what belongs to it', async (way) => {
    const { name: self, exports } = await manifest();
    const paths = Object.keys(exports).filter(
      (path) =>
        !['.', './accounts', './testing', './package.json', './openapi.json'].includes(path) &&
        !(path.slice(2) in adapters),
    );
    const load = way === 'import' ? 'await import' : 'require';
    const names = JSON.stringify(paths.map((path) => `${self}${path.slice(1)}`));
    const empty = JSON.stringify(onlyTypes.map((path) => `${self}/${path}`));
    const script = `let loaded = 0;
      for (const name of ${names}) if (Object.keys(${load}(name)).length > 0 !== ${empty}.includes(name)) loaded += 1;
      console.log(loaded);`;
    const type = way === 'import' ? 'module' : 'commonjs';
    expect(await application.run([`--input-type=${type}`, '-e', script])).toEqual({
      code: 0,
      output: `${String(paths.length)}\n`,
    });
  });

  it('compiles, keeps a session in Express and reads a cookie of Flask', async () => {
    await application.compile();
    const running = await application.start('main.js', {});
    try {
      const request = browser(running.address);
      expect(await request('GET', '/visits')).toEqual({ status: 200, body: { visits: 1 } });
      expect(await request('GET', '/visits')).toEqual({ status: 200, body: { visits: 2 } });
      expect(await request('GET', '/flask')).toEqual({ status: 200, body: { name: 'Ada' } });
    } finally {
      await running.stop();
    }
  });
});
