import { Body, Controller, Get, Param, Post, UseGuards } from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  Fresh,
  Session,
  SessionAuthGuard,
  type ForeignSession,
  type SessionModuleOptions,
  type SessionSource,
  type UserId,
} from 'nestjs-session-auth';
import { startApp, type AppSetup, type RunningApp } from '../support/app.js';
import { HeardEvents } from '../support/heard-events.js';
import type { CookieJar } from '../support/jar.js';

/** What the old framework keeps of a session. */
export type OldRecord = Partial<Pick<ForeignSession, 'data' | 'permanent' | 'flashes' | 'userId' | 'expiresAt'>>;

/** A framework that is being moved away from: its sessions by the values of their cookies. */
export class OldFramework {
  readonly sessions = new Map<string, OldRecord>();
  /** The cookies that it was asked for. */
  readonly asked: string[] = [];
  readonly removed: string[] = [];
  /** What happens before it looks for a session. */
  before: () => Promise<void> | void = () => undefined;
  /** What happens when it has found one, and has not answered yet. */
  whileReading: () => Promise<void> | void = () => undefined;

  constructor(private readonly name = 'Old') {}

  source(options: Partial<Omit<SessionSource, 'read' | 'keyOf'>> = {}): SessionSource {
    return {
      framework: this.name,
      cookieName: 'old_session',
      old: 'keep',
      ...options,
      keyOf: (cookie) => (cookie.startsWith('forged') ? null : cookie),
      read: async (cookie) => {
        this.asked.push(cookie);
        await this.before();
        const record = this.sessions.get(cookie);
        await this.whileReading();
        if (cookie.startsWith('pickled')) return { refused: 'It is a pickle.' };
        if (record === undefined) return null;
        const remove = async (): Promise<void> => {
          this.removed.push(cookie);
          this.sessions.delete(cookie);
        };
        const nothing = { data: {}, permanent: false, flashes: [], userId: null, expiresAt: null };
        return { session: { ...nothing, ...record, remove } };
      },
    };
  }
}

@Controller()
class MigrationController {
  constructor(private readonly auth: AuthService) {}

  @Get('read')
  read(@Session() session: Session) {
    const { id, permanent } = session;
    return { id, data: session.toJSON(), permanent, user: this.auth.userId(session) };
  }

  @Get('readonly')
  readonly(@Session({ readonly: true }) session: Session) {
    return session.toJSON();
  }

  @Get('flashes')
  flashes(@Session() session: Session) {
    return session.flashes();
  }

  @Get('untouched')
  untouched() {
    return {};
  }

  @Post('set/:key')
  set(@Session() session: Session, @Param('key') key: string) {
    session.set(key, true);
    return {};
  }

  @Post('login')
  async login(@Session() session: Session, @Body() { user }: { user: UserId }) {
    await this.auth.login(session, user);
    return {};
  }

  @Post('logout')
  async logout(@Session() session: Session) {
    await this.auth.logout(session);
    return {};
  }

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me(@CurrentUser() user: { id: UserId }) {
    return user;
  }

  @Get('vault')
  @UseGuards(SessionAuthGuard)
  @Fresh()
  vault() {
    return {};
  }

  @Get('devices/:user')
  async devices(@Session() session: Session, @Param('user') user: string) {
    return this.auth.sessions(user, session);
  }
}

export interface MigrationApp extends RunningApp {
  readonly heard: HeardEvents;
  /** A browser that has cookies of the old framework. */
  visitor(cookie: string, name?: string): CookieJar;
}

export async function startMigration(
  session: SessionModuleOptions,
  setup: Omit<AppSetup, 'session'> = {},
): Promise<MigrationApp> {
  const heard = new HeardEvents();
  const running = await startApp({
    controllers: [MigrationController],
    ...setup,
    session: { observer: heard.observer, ...session },
  });
  const visitor = (cookie: string, name = 'old_session'): CookieJar => {
    const jar = running.jar();
    jar.set(name, cookie);
    return jar;
  };
  return { ...running, heard, visitor };
}

export function post(body: unknown = {}): RequestInit {
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

export interface Seen {
  readonly id: string;
  readonly data: Record<string, unknown>;
  readonly permanent: boolean;
  readonly user: UserId | null;
}

export async function seenBy(jar: CookieJar): Promise<Seen> {
  return (await jar.json('/read')) as Seen;
}
