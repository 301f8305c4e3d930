/** Goes the walks of `docs/internals.md`, one after the other, and prints the calls of each as JSON. */
import { Body, Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import {
  AuthService,
  CurrentUser,
  Session,
  SessionAuthGuard,
  UserLoader,
  type SessionModuleOptions,
} from 'nestjs-session-auth';
import { startApp, type RunningApp } from '../../support/app.js';
import { CookieJar } from '../../support/jar.js';
import type { Call, Walk, Walks } from './walk.js';

declare global {
  function recordCalls(): () => Call[];
  function withoutRecord<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Of those that are being recorded. */
  function callsSoFar(): number;
}

class Loader {
  @UserLoader()
  find(id: string): object {
    return { id };
  }
}

/** How many calls were made when the handler began. */
let onTheWayIn = 0;
/** What another process does to a session while a request that has read it runs; null: nothing. */
let meanwhile: (() => Promise<unknown>) | null = null;

@Controller()
class WalkController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  @HttpCode(204)
  async login(@Session() session: Session, @Body() { remember }: { remember?: boolean }): Promise<void> {
    onTheWayIn = callsSoFar();
    await this.auth.login(session, { id: 'ada' }, { remember: remember === true });
  }

  @Get('page')
  @UseGuards(SessionAuthGuard)
  page(@CurrentUser() user: { id: string }): object {
    onTheWayIn = callsSoFar();
    return { user: user.id };
  }

  @Get('visit')
  async visit(@Session() session: Session): Promise<object> {
    onTheWayIn = callsSoFar();
    const before = session.get('visits');
    if (meanwhile !== null) await withoutRecord(meanwhile);
    session.set('visits', Number(before ?? 0) + 1);
    return {};
  }

  @Get('other')
  other(@Session() session: Session): object {
    session.set('other', Number(session.get('other') ?? 0) + 1);
    return {};
  }
}

const redis: SessionModuleOptions = { type: 'redis', redis: { url: process.env['REDIS_URL'] ?? '' } };
const start = (session: SessionModuleOptions): Promise<RunningApp> =>
  startApp({ session, controllers: [WalkController], providers: [Loader] });

const walks: Record<string, Walk> = {};
const app = await start(redis);
const other = await start(redis);
const sealed = await start({ type: 'cookie' });
try {
  walks['A request'] = await visitOf(app);
  walks['A login'] = await loginOf(app);
  walks['A remembered login'] = await rememberedOf(app);
  walks['A conflict'] = await conflictOf(app, other);
  walks['A sealed cookie'] = await visitOf(sealed);
} finally {
  await Promise.all([app, other, sealed].map(({ close }) => close()));
}
process.stdout.write(JSON.stringify(walks satisfies Walks));

/** By a client that has been there before: what is made once is made by then. */
async function visitOf({ url }: RunningApp): Promise<Walk> {
  const jar = new CookieJar(url);
  await login(jar);
  await jar.fetch('/visit');
  return recorded(() => jar.fetch('/visit'));
}

async function loginOf({ url }: RunningApp): Promise<Walk> {
  await login(new CookieJar(url), true);
  const jar = new CookieJar(url);
  return recorded(() => login(jar, true));
}

async function rememberedOf({ url }: RunningApp): Promise<Walk> {
  const before = new CookieJar(url);
  await login(before, true);
  const jar = new CookieJar(url);
  jar.set('remember_token', before.get('remember_token') ?? '');
  return recorded(() => jar.fetch('/page'));
}

async function conflictOf({ url }: RunningApp, elsewhere: RunningApp): Promise<Walk> {
  const jar = new CookieJar(url);
  await login(jar);
  await jar.fetch('/visit');
  const cookie = jar.header;
  meanwhile = () => fetch(`${elsewhere.url}/other`, { headers: { cookie } });
  try {
    return await recorded(() => jar.fetch('/visit'));
  } finally {
    meanwhile = null;
  }
}

function login(jar: CookieJar, remember = false): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return answered(jar.fetch('/login', { method: 'POST', headers, body: JSON.stringify({ remember }) }));
}

async function recorded(work: () => Promise<Response>): Promise<Walk> {
  const stop = recordCalls();
  await answered(work());
  return { calls: stop(), onTheWayIn };
}

/** Until the answer is there, body and all. @throws where it tells of a failure: that would be another walk */
async function answered(coming: Promise<Response>): Promise<Response> {
  const response = await coming;
  const body = await response.text();
  if (!response.ok) throw new Error(`Answered with ${String(response.status)}: ${body}`);
  return response;
}
