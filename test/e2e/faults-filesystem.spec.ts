import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startApp, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { FaultsController, post } from './faults-controller.js';

let folder: ReturnType<typeof temporaryFolder>;
let dir: string;
let logger: CapturedLogger;
let running: RunningApp | null = null;

beforeEach(() => {
  folder = temporaryFolder('faults');
  dir = join(folder.path, 'sessions');
  logger = new CapturedLogger();
});
afterEach(async () => {
  await running?.close();
  running = null;
  folder.remove();
});

async function start(): Promise<RunningApp> {
  const session = { type: 'filesystem' as const, filesystem: { dir } };
  return (running = await startApp({ session, logger, controllers: [FaultsController] }));
}

it('starts where a file stands in place of the folder, says so, answers 503, and works once it is gone', async () => {
  writeFileSync(dir, '');
  const app = await start();
  const jar = app.jar();

  expect(logger.at('error')).toEqual([expect.stringContaining('The session store (filesystem) is not ready.')]);
  expect((await jar.fetch('/set/a', post)).status).toBe(503);
  expect((await jar.fetch('/untouched')).status).toBe(200);
  rmSync(dir);
  expect((await jar.fetch('/set/a', post)).status).toBe(201);
  expect(await jar.json('/read')).toEqual({ data: { a: true }, user: null });
});

it('answers 503 while the folder is out of reach, lets nobody in, and goes on with the session afterwards', async () => {
  const app = await start();
  const jar = app.jar();
  await jar.fetch('/login/42', post);
  renameSync(dir, `${dir}-moved`);
  writeFileSync(dir, '');

  for (const path of ['/read', '/me']) expect((await jar.fetch(path)).status).toBe(503);
  for (const path of ['/set/a', '/logout', '/login/7']) expect((await jar.fetch(path, post)).status).toBe(503);
  rmSync(dir);
  renameSync(`${dir}-moved`, dir);
  expect(await jar.json('/me')).toEqual({ id: '42' });
});

it('answers 503 where records cannot be written in the folder', async () => {
  mkdirSync(join(folder.path, 'elsewhere'));
  // Not even root may make files here.
  dir = '/proc/self';
  const app = await start();
  expect((await app.jar().fetch('/set/a', post)).status).toBe(503);
});

it('takes a folder that somebody removed for empty, and makes it anew', async () => {
  const app = await start();
  const jar = app.jar();
  await jar.fetch('/login/42', post);
  rmSync(dir, { recursive: true });

  expect((await jar.fetch('/me')).status).toBe(401);
  expect((await jar.fetch('/set/a', post)).status).toBe(201);
  expect(await jar.json('/read')).toEqual({ data: { a: true }, user: null });
});
