import { afterEach, expect, it } from '@jest/globals';
import { dirname, join } from 'node:path';
import { ChildNode } from '../support/child-node.js';
import { compiledPackage } from '../support/compiled-package.js';

/**
 * An application that listens nowhere, and a test of it without a runner. In a process of its own: what `inject()` is made of
 * cannot be loaded by Jest on Node 20.
 */
const application = `
  import 'reflect-metadata';
  const [, entry, kitEntry] = process.argv;
  const { createRequire } = await import('node:module');
  const require = createRequire(entry);
  const { Module, Controller, Get, Post, UseGuards } = await import(require.resolve('@nestjs/common'));
  const { NestFactory } = await import(require.resolve('@nestjs/core'));
  const { FastifyAdapter } = await import(require.resolve('@nestjs/platform-fastify'));
  const { AuthService, CurrentUser, SessionModule, SessionAuthGuard, Session } = await import(entry);
  const { sessionTesting } = await import(kitEntry);

  class Shop {
    constructor(auth) { this.auth = auth; }
    me(id) { return { id }; }
    async logout(session) { await this.auth.logout(session); return {}; }
  }
  Controller()(Shop);
  Reflect.defineMetadata('design:paramtypes', [AuthService], Shop);
  const described = (name) => [Shop.prototype, name, Object.getOwnPropertyDescriptor(Shop.prototype, name)];
  CurrentUser('id')(Shop.prototype, 'me', 0);
  UseGuards(SessionAuthGuard)(...described('me'));
  Get('me')(...described('me'));
  Session()(Shop.prototype, 'logout', 0);
  Post('logout')(...described('logout'));
  class App {}
  const options = { secretKey: 'a-secret-for-tests-of-32-bytes-and-more', type: 'memory' };
  Module({ imports: [SessionModule.forRoot(options)], controllers: [Shop] })(App);

  const app = await NestFactory.create(App, new FastifyAdapter(), { logger: false });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const kit = sessionTesting(app);
  const cookies = await kit.signIn({ id: 7 });
  const byValues = await app.inject({ url: '/me', cookies: cookies.values });
  console.log('by values', byValues.statusCode, byValues.body);
  const byHeader = await app.inject({ url: '/me', headers: { cookie: cookies.header } });
  console.log('by header', byHeader.statusCode, byHeader.body);
  const out = await app.inject({ method: 'POST', url: '/logout', headers: { cookie: cookies.header } });
  cookies.take(out.headers['set-cookie']);
  console.log('left', JSON.stringify(cookies.values));
  await app.close();
`;

let compiled: ReturnType<typeof compiledPackage> | null = null;
let child: ChildNode | null = null;

afterEach(async () => {
  await child?.kill();
  compiled?.remove();
});

it('serves an application that Fastify injects requests into, which listens nowhere', async () => {
  compiled = compiledPackage();
  child = new ChildNode(application, compiled.entry, join(dirname(compiled.entry), 'testing/index.js'));
  const code = await child.end();
  expect(child.output).toBe('by values 200 {"id":7}\nby header 200 {"id":7}\nleft {}\n');
  expect(code).toBe(0);
});
