import { Body, Controller, Get, Param, Post, Res, UseGuards } from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  Passive,
  Session,
  SessionAuthGuard,
  type SessionModuleOptions,
  type UserId,
} from 'nestjs-session-auth';
import type { ServerResponse } from 'node:http';
import { startApp, type AppSetup, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { Checkpoints } from '../support/checkpoint.js';
import { HeardEvents } from '../support/heard-events.js';
import type { CookieJar } from '../support/jar.js';
import { storedKeys } from '../support/stored-keys.js';

/** Where slow requests wait. */
export const checkpoints = new Checkpoints();

@Controller()
class SealedController {
  constructor(private readonly auth: AuthService) {}

  @Get('read')
  read(@Session() session: Session) {
    return { data: session.toJSON(), user: this.auth.userId(session), id: session.id, isNew: session.isNew };
  }

  @Get('untouched')
  untouched() {
    return {};
  }

  @Post('set')
  set(@Session() session: Session, @Body() data: Record<string, unknown>) {
    session.update(data);
    return { id: session.id };
  }

  /** As a page does that polls in the background. */
  @Post('passive')
  @Passive()
  passive(@Session() session: Session) {
    session.set('polled', true);
    return {};
  }

  @Post('clear')
  clear(@Session() session: Session) {
    session.clear();
    return {};
  }

  @Post('login')
  async login(@Session() session: Session, @Body() body: { user: UserId; remember?: boolean }) {
    await this.auth.login(session, body.user, { remember: body.remember });
    return { id: session.id };
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }

  @Post('everyone')
  async everyone() {
    await this.auth.logoutAllUsers();
    return {};
  }

  @Get('devices')
  async devices(@Session() session: Session) {
    return this.auth.sessions('ada', session);
  }

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() user: { id: UserId }) {
    return user;
  }

  /** Changes the session, and waits before it answers. */
  @Post('slow/:checkpoint')
  async slow(@Session() session: Session, @Param('checkpoint') name: string, @Body() data: Record<string, unknown>) {
    session.update(data);
    await checkpoints.at(name).pass();
    return {};
  }

  /** Empties the session, and waits before it answers. */
  @Post('slow-clear/:checkpoint')
  async slowClear(@Session() session: Session, @Param('checkpoint') name: string) {
    session.clear();
    await checkpoints.at(name).pass();
    return {};
  }

  /** Changes the session when the answer is under way. */
  @Post('late')
  late(@Session() session: Session, @Res() response: ServerResponse | { readonly raw: ServerResponse }) {
    const raw = 'raw' in response ? response.raw : response;
    raw.writeHead(200, { 'content-type': 'text/plain' });
    raw.write('begun ');
    session.set('late', true);
    raw.end('ended');
  }
}

/** An application whose sessions are in cookies, with all that a test wants to see of it. */
export interface SealedApp extends RunningApp {
  readonly logger: CapturedLogger;
  readonly heard: HeardEvents;
  /** The keys in its store. */
  keys(): Promise<string[]>;
}

export async function startSealed(
  session: SessionModuleOptions,
  setup: Omit<AppSetup, 'session' | 'logger'> = {},
): Promise<SealedApp> {
  const [logger, heard] = [new CapturedLogger(), new HeardEvents()];
  const running = await startApp({
    controllers: [SealedController],
    ...setup,
    logger,
    session: { type: 'cookie', observer: heard.observer, ...session },
  });
  return { ...running, logger, heard, keys: () => storedKeys(running.app) };
}

export function post(body: unknown = {}): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

export async function dataOf(jar: CookieJar): Promise<unknown> {
  return ((await jar.json('/read')) as { data: unknown }).data;
}

export async function userOf(jar: CookieJar): Promise<unknown> {
  return ((await jar.json('/read')) as { user: unknown }).user;
}

/** The names of a jar's cookies. */
export function cookieNames(jar: CookieJar): string[] {
  return jar.header.split('; ').map((pair) => pair.replace(/=.*/, ''));
}

/** A text that no compression shortens. */
export function noise(length: number): string {
  let seed = 1;
  return Array.from({ length }, () => String.fromCharCode(33 + ((seed = (seed * 48271) % 2147483647) % 90))).join('');
}
