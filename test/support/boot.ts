import 'reflect-metadata';
import type { AddressInfo, Server } from 'node:net';
import {
  Controller,
  Get,
  Module,
  Param,
  Post,
  type DynamicModule,
  type LoggerService,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { AuthService, Session } from 'nestjs-session-auth';
import type { RunningApp } from './app.js';
import { CookieJar } from './jar.js';

export const post = { method: 'POST' };

/** What an application needs for its sessions to be seen at work. */
@Controller()
export class BootController {
  constructor(private readonly auth: AuthService) {}

  @Get('read')
  read(@Session() session: Session) {
    return { data: session.toJSON(), user: this.auth.userId(session), isNew: session.isNew };
  }

  @Post('set/:key')
  set(@Session() session: Session, @Param('key') key: string) {
    session.set(key, true);
    return {};
  }

  @Post('login/:user')
  async login(@Session() session: Session, @Param('user') user: string) {
    await this.auth.login(session, user);
    return {};
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }
}

/** Starts an application as its own code would, whose modules are all up to the test. */
export async function boot(
  imports: readonly (Type | DynamicModule | Promise<DynamicModule>)[],
  logger: LoggerService | false = false,
): Promise<RunningApp> {
  @Module({ imports: [...imports], controllers: [BootController] })
  class BootModule {}

  const app = await NestFactory.create(BootModule, new ExpressAdapter(), {
    logger,
    abortOnError: false,
    forceCloseConnections: true,
  });
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  const url = `http://127.0.0.1:${String(port)}`;
  return { app, url, jar: () => new CookieJar(url), close: () => app.close() };
}

/** The Set-Cookie line that begins a session. */
export async function firstCookie({ url }: Pick<RunningApp, 'url'>): Promise<string> {
  const response = await fetch(`${url}/set/a`, post);
  if (response.status !== 201) throw new Error(`The session was not begun: ${String(response.status)}`);
  return response.headers.getSetCookie().join('\n');
}

/** Its name. */
export async function cookieName(running: Pick<RunningApp, 'url'>): Promise<string> {
  return (await firstCookie(running)).replace(/=.*/s, '');
}
