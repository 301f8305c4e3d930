import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import {
  Controller,
  Get,
  HttpCode,
  Injectable,
  Param,
  Post,
  Req,
  Res,
  UseGuards,
  type ExecutionContext,
  type Provider,
  type Type,
} from '@nestjs/common';
import { AuthGuard, PassportSerializer, PassportStrategy } from '@nestjs/passport';
import { Session, sessionMiddleware, type ExpressSession, type SessionModuleOptions } from 'nestjs-session-auth';
import passport from 'passport';
import { Strategy } from 'passport-local';
import { startApp, type PlatformName, type RunningApp } from '../support/app.js';
import { Checkpoints } from '../support/checkpoint.js';
import type { CookieJar } from '../support/jar.js';

/** What passes between a request's read of its session and its save. */
const workMs = 20;

export interface Account {
  readonly id: number;
  readonly name: string;
}

const accounts: readonly Account[] = [
  { id: 7, name: 'ada' },
  { id: 8, name: 'bob' },
];

/** The ids of accounts that are closed. Of all applications of a process: Passport asks the first serializer that it was given. */
export const closed = new Set<number>();

const checkpoints = new Checkpoints();

/** Whoever is asked for with the password `right` is let in; with a checkpoint in its place, once that is passed. */
@Injectable()
export class Accounts {
  async verify(name: string, password: string): Promise<Account | null> {
    if (password.startsWith('checkpoint-')) await checkpoints.at(password).pass();
    else if (password !== 'right') return null;
    return accounts.find((account) => account.name === name) ?? null;
  }

  find(id: unknown): Account | null {
    return accounts.find((account) => account.id === id && !closed.has(account.id)) ?? null;
  }
}

@Injectable()
export class LocalStrategy extends PassportStrategy(Strategy) {
  constructor(private readonly accounts: Accounts) {
    super();
  }

  async validate(name: string, password: string): Promise<Account | false> {
    return (await this.accounts.verify(name, password)) ?? false;
  }
}

/** How Passport puts a user into the session, and finds it again. */
@Injectable()
export class AccountSerializer extends PassportSerializer {
  constructor(private readonly accounts: Accounts) {
    super();
  }

  serializeUser(account: Account, done: (error: Error | null, id: number) => void): void {
    done(null, account.id);
  }

  deserializeUser(id: unknown, done: (error: Error | null, account: Account | false) => void): void {
    done(null, this.accounts.find(id) ?? false);
  }
}

type NodeResponse = ServerResponse | { readonly raw: ServerResponse };
type Done = (error?: Error | null) => void;

/** A request with what Passport puts there. */
export interface PassportRequest {
  user?: Account | null;
  session?: ExpressSession | null;
  isAuthenticated?(): boolean;
  logIn(user: Account, options: object, done: Done): void;
  logout?(options: object, done: Done): void;
  /** Node's, on Fastify. */
  raw?: PassportRequest;
}

/** On Fastify a middleware has Node's request, and what Passport's middleware puts there is not on Fastify's own. */
export function behind(request: PassportRequest): PassportRequest {
  return request.raw ?? request;
}

/** Logs in as Passport's documents say: the strategy's user into the session. */
@Injectable()
export class LocalLoginGuard extends AuthGuard('local') {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    await super.logIn(context.switchToHttp().getRequest<PassportRequest>());
    return true;
  }
}

/** The same, with what the session held before. */
@Injectable()
export class KeepingLoginGuard extends AuthGuard('local') {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context);
    const request = context.switchToHttp().getRequest<PassportRequest & { readonly user: Account }>();
    await new Promise<void>((resolve, reject) => {
      request.logIn(request.user, { keepSessionInfo: true }, (error) => (error ? reject(error) : resolve()));
    });
    return true;
  }
}

@Controller()
export class PassportController {
  @Post('in')
  @HttpCode(200)
  @UseGuards(LocalLoginGuard)
  in(@Req() request: PassportRequest) {
    return { user: request.user?.name };
  }

  @Post('in-and-keep')
  @HttpCode(200)
  @UseGuards(KeepingLoginGuard)
  keep(@Req() request: PassportRequest) {
    return { user: request.user?.name };
  }

  @Get('who')
  who(@Req() request: PassportRequest, @Session() session: Session) {
    const { user, isAuthenticated } = behind(request);
    return { user: user?.name ?? null, is: isAuthenticated?.call(behind(request)), data: session.toJSON() };
  }

  @Post('out')
  @HttpCode(200)
  async out(@Req() request: PassportRequest) {
    await logOut(request, {});
    return { user: behind(request).user ?? null, left: Object.keys(request.session ?? {}) };
  }

  @Post('out-and-keep')
  @HttpCode(200)
  async outAndKeep(@Req() request: PassportRequest) {
    await logOut(request, { keepSessionInfo: true });
    return { left: Object.keys(request.session ?? {}) };
  }

  /** Once the answer has been begun. */
  @Post('late-out')
  async lateOut(@Req() request: PassportRequest, @Res() response: NodeResponse) {
    const raw = 'raw' in response ? response.raw : response;
    raw.write('bye, ');
    raw.end(await logOut(request, {}).then(() => 'bye', String));
  }

  @Post('set/:key')
  async set(@Req() { session }: PassportRequest, @Param('key') key: string) {
    await pause(workMs);
    if (session) session[key] = true;
    return {};
  }

  @Post('push/:item')
  async push(@Req() { session }: PassportRequest, @Param('item') item: string) {
    if (!session) return {};
    const items = (session['items'] ?? []) as string[];
    await pause(workMs);
    items.push(item);
    session['items'] = items;
    return {};
  }

  @Post('held/:key/:checkpoint')
  async held(@Req() request: PassportRequest, @Param('key') key: string, @Param('checkpoint') checkpoint: string) {
    await checkpoints.at(checkpoint).pass();
    if (request.session) request.session[key] = true;
    return { user: behind(request).user?.name ?? null };
  }
}

function logOut(request: PassportRequest, options: object): Promise<void> {
  const raw = behind(request);
  return new Promise((resolve, reject) => {
    if (raw.logout === undefined) return reject(new Error('Passport is not there.'));
    return raw.logout(options, (error) => (error ? reject(error) : resolve()));
  });
}

/** An application with Passport in it. */
export interface PassportApp extends RunningApp {
  /** A checkpoint that no other test has, and its name. */
  nextCheckpoint(): ReturnType<Checkpoints['next']>;
}

export interface PassportSetup {
  readonly platform?: PlatformName;
  readonly session?: SessionModuleOptions;
  readonly controllers?: readonly Type[];
  readonly providers?: readonly Provider[];
  readonly imports?: readonly Type[];
  /** False: neither the session's nor Passport's middleware is there. */
  readonly middleware?: boolean;
}

/** An application whose logins are Passport's alone. */
export async function startPassport(setup: PassportSetup = {}): Promise<PassportApp> {
  const running = await startApp({
    platform: setup.platform ?? 'express',
    controllers: [PassportController, ...(setup.controllers ?? [])],
    providers: [Accounts, LocalStrategy, AccountSerializer, ...(setup.providers ?? [])],
    imports: setup.imports ?? [],
    session: setup.session ?? {},
    prepare: (app) => {
      if (setup.middleware === false) return;
      app.use(sessionMiddleware(app));
      app.use(passport.session());
    },
  });
  return { ...running, nextCheckpoint: () => checkpoints.next() };
}

export const post = { method: 'POST' };

/** The request that a login form sends. */
export function credentials(username: string, password = 'right'): RequestInit {
  return {
    ...post,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  };
}

/** A browser that Passport has logged in. */
export async function loggedIn(running: RunningApp, name = 'ada'): Promise<CookieJar> {
  const jar = running.jar();
  const response = await jar.fetch('/in', credentials(name));
  if (response.status !== 200) throw new Error(`The login was answered with ${String(response.status)}.`);
  return jar;
}
