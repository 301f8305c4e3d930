import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { resolve } from 'node:path';
import { CookieJar } from '../support/jar.js';

/** An example that listens on a free port of the loopback interface. */
export interface RunningExample {
  readonly app: INestApplication;
  readonly port: number;
  /** A new browser. */
  jar(): CookieJar;
  close(): Promise<void>;
}

/** Settings that every example takes from the environment. */
export const settings = {
  SECRET_KEY: 'a-secret-for-tests-of-32-bytes-and-more',
  SESSION_TYPE: 'memory',
};

/** Sets variables of the environment. @returns a function that takes them away again */
export function setEnvironment(variables: Readonly<Record<string, string>>): () => void {
  Object.assign(process.env, variables);
  return () => {
    for (const name of Object.keys(variables)) delete process.env[name];
  };
}

/**
 * Starts a module of an example.
 *
 * It is loaded by a path that the compiler does not follow: the types that an example declares for its sessions are its own.
 */
export async function startExample(
  file: string,
  module: string,
  { port = 0, prepare }: { readonly port?: number; readonly prepare?: (app: INestApplication) => void } = {},
): Promise<RunningExample> {
  const exported = (await import(resolve('examples', file))) as Readonly<Record<string, Type>>;
  const type = exported[module];
  if (type === undefined) throw new Error(`${file} has no ${module}`);
  const app = await NestFactory.create(type, { logger: false, abortOnError: false, forceCloseConnections: true });
  prepare?.(app);
  await app.listen(port, '127.0.0.1');
  const url = await app.getUrl();
  return { app, port: Number(new URL(url).port), jar: () => new CookieJar(url), close: () => app.close() };
}
