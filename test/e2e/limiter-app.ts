import {
  Body,
  Controller,
  ForbiddenException,
  Get,
  HttpCode,
  Injectable,
  Post,
  UnauthorizedException,
  UnprocessableEntityException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AuthService, LoginAttempts, LoginLimiter, Session, type SessionModuleOptions } from 'nestjs-session-auth';
import { startApp, type AppSetup, type PlatformName, type RunningApp } from '../support/app.js';

/** The limiter's settings, as an application gives them. */
export type LimiterInput = NonNullable<SessionModuleOptions['limiter']>;

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** The application's accounts: `ada` and `bob`, whose passwords are `right`. It counts how often it was asked. */
@Injectable()
export class Accounts {
  checks = 0;
  /** What a check waits for, so that several are under way at once. */
  gate: Promise<void> = Promise.resolve();

  async verify({ email, password }: Credentials): Promise<{ id: string } | null> {
    this.checks++;
    await this.gate;
    return ['ada', 'bob'].includes(email) && password === 'right' ? { id: email } : null;
  }
}

/** What a guard does that has an ExecutionContext and no decorator. */
@Injectable()
export class LoginGuard implements CanActivate {
  constructor(
    private readonly limiter: LoginLimiter,
    private readonly accounts: Accounts,
  ) {}

  canActivate(context: ExecutionContext): Promise<boolean> {
    const { body } = context.switchToHttp().getRequest<{ body: Credentials }>();
    return this.limiter.attempt(context, body.email, async () => (await this.accounts.verify(body)) !== null);
  }
}

@Controller()
export class AccountController {
  constructor(
    private readonly auth: AuthService,
    private readonly accounts: Accounts,
    private readonly limiter: LoginLimiter,
  ) {}

  @Post('login')
  @HttpCode(200)
  async login(@Body() body: Credentials, @Session() session: Session, @LoginAttempts() attempts: LoginAttempts) {
    const user = await attempts.attempt(body.email, () => this.accounts.verify(body));
    if (user === null) throw new UnauthorizedException('Wrong email or password.');
    await this.auth.login(session, user);
    return { user: user.id };
  }

  /** Logs nobody in, so that only the limiter needs a store. */
  @Post('verify')
  @HttpCode(200)
  async verify(@Body() body: Credentials, @LoginAttempts() attempts: LoginAttempts) {
    return { isRight: (await attempts.attempt(body.email, () => this.accounts.verify(body))) !== null };
  }

  @Post('guarded')
  @HttpCode(200)
  @UseGuards(LoginGuard)
  guarded() {
    return {};
  }

  /** A check that throws what the test says. */
  @Post('throwing')
  throwing(@Body() body: { email: string; status: number }, @LoginAttempts() attempts: LoginAttempts) {
    return attempts.attempt(body.email, () => {
      if (body.status === 401) throw new UnauthorizedException();
      if (body.status === 403) throw new ForbiddenException();
      if (body.status === 422) throw new UnprocessableEntityException('wrong credentials');
      if (body.status === 418) throw new Error('no such credentials');
      throw Object.assign(new Error('the database of the accounts is away'), { code: 'ECONNREFUSED' });
    });
  }

  /** The steps one by one. `end`: what becomes of it. */
  @Post('steps')
  @HttpCode(200)
  async steps(
    @Body() body: { email: string; steps: ('check' | 'failed' | 'succeeded')[] },
    @LoginAttempts() attempts: LoginAttempts,
  ) {
    for (const step of body.steps) await attempts[step](body.email);
    return {};
  }

  @Post('forget')
  @HttpCode(200)
  async forget(@Body() body: { email: string }) {
    await this.limiter.forget(body.email);
    return {};
  }

  /** The service that checks the password logs in, too. */
  @Post('login-inside')
  @HttpCode(200)
  async loginInside(@Body() body: Credentials, @Session() session: Session, @LoginAttempts() attempts: LoginAttempts) {
    const isIn = await attempts.attempt(body.email, async () => {
      const user = await this.accounts.verify(body);
      const found = user && { ...user, isActive: user.id !== 'bob' };
      if (found !== null) await this.auth.login(session, found);
      return user !== null;
    });
    return { isIn };
  }

  @Get('page')
  page() {
    return {};
  }

  @Get('me')
  me(@Session() session: Session) {
    return { user: this.auth.userId(session) };
  }
}

export interface LimitedSetup extends AppSetup {
  readonly limiter?: LimiterInput;
}

const now = Date.now();

/** An application with a limiter, whose proxy says where a request comes from. Its clock stands, so that no wait is ever over. */
export async function startLimited({ limiter = {}, platform = 'express', ...setup }: LimitedSetup = {}): Promise<
  RunningApp & { readonly accounts: Accounts }
> {
  const running = await startApp({
    adapter: adapterBehindProxy(platform),
    ...setup,
    controllers: [AccountController, ...(setup.controllers ?? [])],
    providers: [Accounts, LoginGuard, ...(setup.providers ?? [])],
    session: { clock: () => now, ...setup.session, limiter },
    prepare: async (app) => {
      if (platform === 'express') (app as NestExpressApplication).set('trust proxy', true);
      await setup.prepare?.(app);
    },
  });
  return { ...running, accounts: running.app.get(Accounts) };
}

function adapterBehindProxy(platform: PlatformName): ExpressAdapter | FastifyAdapter {
  return platform === 'fastify' ? new FastifyAdapter({ trustProxy: true }) : new ExpressAdapter();
}

/** A request with a JSON body, from an address that the proxy names. */
export function posted(body: object, from = '203.0.113.1'): RequestInit {
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': from };
  return { method: 'POST', headers, body: JSON.stringify(body) };
}

/** A login with the password of the account. */
export function right(email: string, from?: string): RequestInit {
  return posted({ email, password: 'right' }, from);
}

/** A login with another password. */
export function wrong(email: string, from?: string): RequestInit {
  return posted({ email, password: 'wrong' }, from);
}

/** One of many addresses, a different one for each number. */
export function addressOf(number: number): string {
  return `10.${String(number >> 16)}.${String((number >> 8) & 255)}.${String(number & 255)}`;
}
