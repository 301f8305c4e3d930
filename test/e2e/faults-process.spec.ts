import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ChildNode } from '../support/child-node.js';
import { compiledPackage } from '../support/compiled-package.js';
import { MemcachedServerProcess } from '../support/servers/memcached.js';
import { RedisServer } from '../support/servers/redis.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const secretKey = 'a-secret-for-tests-of-32-bytes-and-more';

/** An application that serves one request, closes, and has nothing more to do. */
const application = `
  import 'reflect-metadata';
  const [, entry, options] = process.argv;
  const { createRequire } = await import('node:module');
  const require = createRequire(entry);
  const { Module, Controller, Post } = await import(require.resolve('@nestjs/common'));
  const { NestFactory } = await import(require.resolve('@nestjs/core'));
  const { SessionModule, Session } = await import(entry);
  class Shop { set(session) { session.set('a', 1); return {}; } }
  Controller()(Shop);
  Session()(Shop.prototype, 'set', 0);
  Post('set')(Shop.prototype, 'set', Object.getOwnPropertyDescriptor(Shop.prototype, 'set'));
  class App {}
  const { rejects, ...session } = JSON.parse(options);
  if (rejects) session.observer = { created: async () => { throw new Error('the observer has a bad day'); } };
  Module({ imports: [SessionModule.forRoot(session)], controllers: [Shop] })(App);
  const app = await NestFactory.create(App, { logger: ['error'] });
  await app.listen(0, '127.0.0.1');
  const response = await fetch('http://127.0.0.1:' + app.getHttpServer().address().port + '/set', { method: 'POST' });
  console.log(response.status, response.headers.getSetCookie().length);
  await app.close();
  console.log('closed');
`;

describe('the process of an application', () => {
  let compiled: ReturnType<typeof compiledPackage>;
  let child: ChildNode | null = null;
  beforeAll(() => {
    compiled = compiledPackage();
  });
  afterEach(async () => {
    await child?.kill();
  });
  afterAll(() => {
    compiled.remove();
  });

  it('goes on where an asynchronous method of its observer rejects, and says so', async () => {
    const { code, output } = await run({ type: 'memory', rejects: true });
    expect(code).toBe(0);
    expect(output).toContain('the observer has a bad day');
    expect(output).toContain('201 1\nclosed\n');
  });

  async function run(options: object): Promise<{ code: number | null; output: string }> {
    const settings = JSON.stringify({ secretKey, ...options });
    child = new ChildNode(application, compiled.entry, settings);
    const code = await child.end();
    return { code, output: child.output };
  }

  it('ends by itself after a close, with the memory store', async () => {
    expect(await run({ type: 'memory' })).toEqual({ code: 0, output: '201 1\nclosed\n' });
  });

  it('ends by itself after a close, with the filesystem store', async () => {
    const folder = temporaryFolder('faults-process');
    expect(await run({ type: 'filesystem', filesystem: { dir: folder.path } })).toEqual({
      code: 0,
      output: '201 1\nclosed\n',
    });
    folder.remove();
  });

  it('ends by itself after a close, with a connection to Redis', async () => {
    const server = await RedisServer.start();
    expect(await run({ type: 'redis', redis: { url: server.url } })).toEqual({ code: 0, output: '201 1\nclosed\n' });
    await server.stop();
  });

  it('ends by itself after a close where Redis never was there', async () => {
    const { code, output } = await run({ type: 'redis', redis: { url: 'redis://127.0.0.1:1' }, storeTimeout: '200ms' });
    expect(code).toBe(0);
    expect(output).toContain('503 0\nclosed\n');
  });

  it.each<[string, (folder: string) => object]>([
    ['LMDB', (path) => ({ type: 'lmdb', lmdb: { path } })],
    ['SQLite', (path) => ({ type: 'sql', sql: { url: `sqlite:${path}/sessions.db` } })],
  ])('ends by itself after a close, with %s', async (_, options) => {
    const folder = temporaryFolder('faults-process');
    expect(await run(options(folder.path))).toEqual({ code: 0, output: '201 1\nclosed\n' });
    folder.remove();
  });

  it('ends by itself after a close, with a connection to memcached', async () => {
    const server = await MemcachedServerProcess.start();
    const options = { type: 'memcached', memcached: { servers: [server.address] } };
    expect(await run(options)).toEqual({ code: 0, output: '201 1\nclosed\n' });
    await server.stop();
  });

  it.each<[string, object]>([
    ['PostgreSQL', { type: 'sql', sql: { url: 'postgres://127.0.0.1:1/shop' } }],
    ['MariaDB', { type: 'sql', sql: { url: 'mysql://127.0.0.1:1/shop' } }],
    ['memcached', { type: 'memcached', memcached: { servers: ['127.0.0.1:1'] } }],
    ['DynamoDB', { type: 'dynamodb', dynamodb: { endpoint: 'http://127.0.0.1:1' } }],
  ])('ends by itself after a close where %s never was there', async (_, options) => {
    const { code, output } = await run({ ...options, storeTimeout: '200ms' });
    expect(code).toBe(0);
    expect(output).toContain('503 0\nclosed\n');
  });
});
