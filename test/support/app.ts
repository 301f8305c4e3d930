import 'reflect-metadata';
import {
  Module,
  type DynamicModule,
  type INestApplication,
  type LoggerService,
  type NestApplicationOptions,
  type Provider,
  type Type,
} from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { AddressInfo, Server } from 'node:net';
import { SessionModule, type SessionModuleOptions } from 'nestjs-session-auth';
import { CookieJar } from './jar.js';
import { BareNodeAdapter } from './node-adapter.js';
import type { Surroundings } from './surroundings.js';

export type PlatformName = 'express' | 'fastify' | 'node';

/** The servers that the same cases run on; `TEST_PLATFORMS=express` leaves the other out. */
export const platforms: readonly PlatformName[] = platformsIn(process.env['TEST_PLATFORMS'] ?? 'express,fastify');

function platformsIn(names: string): PlatformName[] {
  const known = ['express', 'fastify'] as const;
  const unknown = names.split(',').find((name) => !known.some((platform) => platform === name));
  if (unknown !== undefined) {
    throw new Error(`TEST_PLATFORMS must be express, fastify or both with a comma, not ${JSON.stringify(unknown)}`);
  }
  return known.filter((platform) => names.split(',').includes(platform));
}

export const testSecret = 'a-secret-for-tests-of-32-bytes-and-more';

export interface AppSetup {
  readonly platform?: PlatformName;
  /** In place of the one that `platform` names. */
  readonly adapter?: AbstractHttpAdapter;
  readonly nest?: NestApplicationOptions;
  /** Options of the session module; the secret and the memory store are given. */
  readonly session?: SessionModuleOptions;
  readonly controllers?: readonly Type[];
  readonly providers?: readonly Provider[];
  readonly imports?: readonly (Type | DynamicModule)[];
  readonly logger?: LoggerService | false;
  /** What the application is put behind once it listens. */
  readonly around?: Surroundings;
  /** What is done to the application before it listens. */
  readonly prepare?: (app: INestApplication) => void | Promise<void>;
}

/** An application under test, which listens on a free port of the loopback interface. */
export interface RunningApp {
  readonly app: INestApplication;
  readonly url: string;
  /** A new browser. */
  jar(): CookieJar;
  close(): Promise<void>;
}

const adapters: Readonly<Record<PlatformName, () => AbstractHttpAdapter>> = {
  express: () => new ExpressAdapter(),
  fastify: () => new FastifyAdapter(),
  node: () => new BareNodeAdapter(),
};

export async function startApp(setup: AppSetup): Promise<RunningApp> {
  @Module({
    imports: [
      SessionModule.forRoot({ secretKey: testSecret, type: 'memory', ...setup.session }),
      ...(setup.imports ?? []),
    ],
    controllers: [...(setup.controllers ?? [])],
    providers: [...(setup.providers ?? [])],
  })
  class TestModule {}

  const app = await NestFactory.create(TestModule, setup.adapter ?? adapters[setup.platform ?? 'express'](), {
    ...setup.nest,
    logger: setup.logger ?? false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  await setup.prepare?.(app);
  await app.listen(0, '127.0.0.1');
  const server = app.getHttpServer() as Server;
  if (setup.around !== undefined) {
    const { surroundings } = await import('./surroundings.js');
    surroundings[setup.around](server, app.getHttpAdapter().getInstance());
  }
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${String(port)}`;
  return { app, url, jar: () => new CookieJar(url), close: () => app.close() };
}
