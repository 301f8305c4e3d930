/**
 * What an operation of GraphQL costs the store whose field resolvers run in parallel, and each read and change the session.
 *
 *   npm run bench:graphql
 */
import 'reflect-metadata';
import { ApolloDriver } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GraphQLModule, Mutation, ResolveField, Resolver } from '@nestjs/graphql';
import { MercuriusDriver } from '@nestjs/mercurius';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Session, SessionModule } from '../../../dist/index.js';
import { SECRET } from '../apps/data.mjs';
import { table, verdict } from '../markdown.mjs';
import { stopAll } from '../processes.mjs';
import { RedisMeter } from '../redis-meter.mjs';
import { startServers } from '../servers.mjs';

const FIELDS = 20;
const typeDefs = `
  type Counter { next: Int! }
  type Query { isThere: Boolean }
  type Mutation { counting: Counter! }`;

class CounterResolver {
  counting() {
    return {};
  }

  next(session) {
    session.mutate('count', (count) => (count ?? 0) + 1);
    return session.count;
  }
}
decorate('counting', Mutation('counting'));
Session()(CounterResolver.prototype, 'next', 0);
decorate('next', ResolveField('next'));
Resolver('Counter')(CounterResolver);

/** Decorates what TypeScript would. */
function decorate(name, decorator) {
  const { prototype } = CounterResolver;
  decorator(prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
}

async function start(driver, adapter, url) {
  class App {}
  const imports = [
    SessionModule.forRoot({ secretKey: SECRET, type: 'redis', redis: { url } }),
    GraphQLModule.forRoot({ driver, typeDefs, graphiql: false }),
  ];
  Module({ imports, providers: [CounterResolver] })(App);
  const app = await NestFactory.create(App, adapter, { logger: ['error'] });
  await app.listen(0, '127.0.0.1');
  return { app, url: `http://127.0.0.1:${app.getHttpServer().address().port}/graphql` };
}

async function operate(url, fields, cookie = '') {
  const names = Array.from({ length: fields }, (_, index) => `f${index}: next`);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify({ query: `mutation { counting { ${names.join(' ')} } }` }),
  });
  const { errors } = await response.json();
  if (errors) throw new Error(`The operation failed: ${errors[0].message}`);
  return response.headers.getSetCookie().map((line) => line.split(';')[0]);
}

async function measure(title, driver, adapter, port) {
  const { app, url } = await start(driver, adapter, `redis://127.0.0.1:${port}`);
  const meter = new RedisMeter(port);
  try {
    const [cookie] = await operate(url, 1);
    // What is found out once, such as whether a script is known.
    await operate(url, 1, cookie);
    const commands = await meter.commandsDuring(() => operate(url, FIELDS, cookie));
    const isReached = commands.length === 2 && commands[0] === 'GET' && commands[1] === 'EVALSHA';
    const what = `twenty parallel field resolvers that read and change the session: one load, one commit (${title})`;
    return { isReached, row: [what, commands.join(', '), 'GET, EVALSHA', verdict(isReached)] };
  } finally {
    await meter.close();
    await app.close();
  }
}

const { ports, stop } = await startServers(['redis']);
try {
  const measured = [
    await measure('Apollo on Express', ApolloDriver, new ExpressAdapter(), ports.redis),
    await measure('Mercurius on Fastify', MercuriusDriver, new FastifyAdapter(), ports.redis),
  ];
  const rows = measured.map(({ row }) => row);
  console.log(table(['what', 'commands of Redis', 'reach', 'reached'], rows));
  process.exitCode = measured.every(({ isReached }) => isReached) ? 0 : 1;
} finally {
  await stop();
  await stopAll();
}
