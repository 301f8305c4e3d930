import { Controller, Get, Param, Post, UseGuards } from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  Fresh,
  Session,
  SessionAuthGuard,
  type SessionModuleOptions,
  type SessionUser,
  type UserId,
} from 'nestjs-session-auth';
import { sessionTesting, type SessionTesting } from 'nestjs-session-auth/testing';
import type { Server } from 'node:http';
import supertest from 'supertest';
import { startApp, type AppSetup, type PlatformName, type RunningApp } from '../support/app.js';

/** A user as the application under test has it. */
export type Ada = SessionUser & { readonly id: UserId; readonly isActive?: boolean };

@Controller()
export class KitController {
  constructor(private readonly auth: AuthService) {}

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser('id') id: UserId) {
    return { id };
  }

  @Get('secret')
  @UseGuards(SessionAuthGuard)
  @Fresh()
  secret() {
    return { secret: true };
  }

  @Get('data')
  data(@Session() session: Session) {
    return session.toJSON();
  }

  @Get('flashes')
  flashes(@Session() session: Session) {
    return session.flashes();
  }

  @Post('set/:key')
  set(@Session() session: Session, @Param('key') key: string) {
    session.set(key, true);
    return {};
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }
}

/** An application under test, and the kit for it. */
export interface KitApp extends RunningApp {
  readonly kit: SessionTesting;
  readonly auth: AuthService;
  readonly server: Server;
  agent(): ReturnType<typeof supertest.agent>;
}

export async function startKitApp(
  session: SessionModuleOptions = {},
  platform: PlatformName = 'express',
  setup: AppSetup = {},
): Promise<KitApp> {
  const running = await startApp({ ...setup, platform, session, controllers: [KitController] });
  const server = running.app.getHttpServer() as Server;
  return {
    ...running,
    kit: sessionTesting(running.app),
    auth: running.app.get(AuthService),
    server,
    agent: () => supertest.agent(server),
  };
}
