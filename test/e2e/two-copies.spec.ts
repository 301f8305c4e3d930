import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { pathToFileURL } from 'node:url';
import { ChildNode } from '../support/child-node.js';
import { compiledPackage } from '../support/compiled-package.js';

/** An application whose module comes from one copy of the package, and its decorators and guards from another. */
const application = `
  import 'reflect-metadata';
  import { NestFactory } from '@nestjs/core';
  import { Controller, Get, Module, UseGuards } from '@nestjs/common';
  const [own, other] = await Promise.all(process.argv.slice(1).map((entry) => import(entry)));
  class Things { session(session) { return { n: (session.n = (session.n ?? 0) + 1) }; } user(user) { return { user }; } }
  const routes = { session: other.Session, user: other.CurrentUser };
  for (const [name, decorator] of Object.entries(routes)) {
    Get(name)(Things.prototype, name, Object.getOwnPropertyDescriptor(Things.prototype, name));
    decorator()(Things.prototype, name, 0);
  }
  Controller()(Things);
  class App {}
  Module({ imports: [own.SessionModule.forRoot({ type: 'memory', secretKey: 'a-secret-for-tests-of-32-bytes-and-more' })], controllers: [Things] })(App);
  const app = await NestFactory.create(App, { logger: ['error'] });
  await app.listen(0, '127.0.0.1');
  for (const name of Object.keys(routes)) console.log((await fetch(await app.getUrl() + '/' + name)).status);
  await app.close();
`;

let own: ReturnType<typeof compiledPackage>;
let other: ReturnType<typeof compiledPackage>;
beforeAll(() => {
  own = compiledPackage();
  other = compiledPackage();
});
afterAll(() => {
  own.remove();
  other.remove();
});

it('a decorator of another copy of the package says that there are two, and how to have one', async () => {
  const [first, second] = [own, other].map(({ entry }) => pathToFileURL(entry).href);
  const child = new ChildNode(application, first ?? '', second ?? '');
  expect(await child.end()).toBe(0);
  expect(child.output.match(/two copies of nestjs-session-auth/g)).toHaveLength(2);
  expect(child.output).toContain('npm ls nestjs-session-auth');
  expect(child.output).not.toContain('import SessionModule.forRoot()');
});
