import { afterEach, describe, expect, it } from '@jest/globals';
import {
  All,
  Controller,
  Get,
  Injectable,
  Options,
  Post,
  Req,
  Scope,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
  type Provider,
  type Type,
} from '@nestjs/common';
import { APP_GUARD, ApplicationConfig, ModulesContainer } from '@nestjs/core';
import {
  CsrfExempt,
  CsrfGuard,
  Fresh,
  LoginAttempts,
  LoginGuard,
  Permissions,
  Public,
  Roles,
  Session,
  SessionAuthGuard,
  SessionConfigError,
} from 'nestjs-session-auth';
import { auditOf } from '../../lib/auth/audit/route-audit.js';
import type { HandlerReport } from '../../lib/auth/audit/handler-report.js';
import { startApp, type AppSetup, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { withEnvironment } from '../support/environment.js';

let running: RunningApp | null = null;
afterEach(async () => {
  await running?.close();
  running = null;
});

/** What an application with these handlers logs at its start. */
async function warned(setup: AppSetup): Promise<string[]> {
  const logger = new CapturedLogger();
  running = await startApp({ logger, ...setup });
  return logger.at('warn').filter((line) => line.startsWith('Unguarded: '));
}

async function refusal(setup: AppSetup): Promise<SessionConfigError> {
  const error: unknown = await startApp({ session: { audit: 'refuse' }, ...setup }).then(
    (started) => (running = started),
    (error: unknown) => error,
  );
  if (error instanceof SessionConfigError) return error;
  throw new Error(`Not refused: ${String(error)}`);
}

/** What the audit tells of each method of the controllers. */
async function audited(
  controllers: readonly Type[],
  more: { readonly providers?: readonly Provider[]; readonly prepare?: (app: INestApplication) => void } = {},
): Promise<Readonly<Record<string, HandlerReport>>> {
  running = await startApp({ controllers, ...more });
  const { app } = running;
  const { handlers } = auditOf({
    modules: app.get(ModulesContainer),
    config: app.get(ApplicationConfig),
    isPreview: false,
  });
  return Object.fromEntries(handlers.map((report) => [report.handler.replace(/^\w+\.|\(\)$/g, ''), report]));
}

@Injectable()
class KeyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<{ headers: Record<string, string> }>().headers['x-key'] === 'sesame';
  }
}

@LoginGuard()
@Injectable()
class TokenGuard extends KeyGuard {}

@Injectable()
class OwnAuthGuard extends SessionAuthGuard {}

@Controller('cats')
class CatsController {
  @Get()
  open() {
    return 1;
  }

  @Post('new')
  alsoOpen() {
    return 1;
  }

  @Get('public')
  @Public()
  shown() {
    return 1;
  }

  @Get('me')
  @UseGuards(SessionAuthGuard)
  me() {
    return 1;
  }
}

describe('the option audit', () => {
  it('is off by default', async () => {
    expect(await warned({ controllers: [CatsController] })).toEqual([]);
  });

  it('logs one line that names every unguarded handler, with its route', async () => {
    expect(await warned({ controllers: [CatsController], session: { audit: 'warn' } })).toEqual([
      expect.stringMatching(
        /^Unguarded: CatsController\.open\(\) \(GET \/cats\), CatsController\.alsoOpen\(\) \(POST \/cats\/new\)\. Neither .* @UseGuards\(SessionAuthGuard\), or @Public\(\)/,
      ),
    ]);
  });

  it('names ten of many, and counts the others', async () => {
    const controllers = Array.from({ length: 6 }, (_, index) => {
      @Controller(`c${String(index)}`)
      class Numbered {
        @Get('a')
        a() {
          return 1;
        }

        @Get('b')
        b() {
          return 1;
        }
      }
      return Numbered;
    });
    const [line] = await warned({ controllers, session: { audit: 'warn' } });
    expect(line).toContain('Numbered.b() (GET /c4/b) and 2 more. Neither');
  });

  it('logs nothing if every handler is guarded or public', async () => {
    const providers = [{ provide: APP_GUARD, useClass: SessionAuthGuard }];
    expect(await warned({ controllers: [CatsController], providers, session: { audit: 'warn' } })).toEqual([]);
  });

  it('can be set by SESSION_AUDIT', async () => {
    const lines = await withEnvironment({ SESSION_AUDIT: 'warn' }, () => warned({ controllers: [CatsController] }));
    expect(lines).toHaveLength(1);
  });

  it('refuses to start an application with unguarded handlers, and says of each what to do', async () => {
    const { problems, message } = await refusal({ controllers: [CatsController] });
    expect(problems.map(({ setting }) => setting)).toEqual([
      'CatsController.open() (GET /cats)',
      'CatsController.alsoOpen() (POST /cats/new)',
    ]);
    expect(message).toContain('SESSION_AUDIT (audit) refuses: add @UseGuards(SessionAuthGuard), or @Public()');
  });

  it('starts one in which nothing is unguarded', async () => {
    running = await startApp({
      controllers: [CatsController],
      session: { audit: 'refuse' },
      prepare: (app) => void app.useGlobalGuards(app.get(SessionAuthGuard)),
    });
    expect((await fetch(`${running.url}/cats`)).status).toBe(401);
  });
});

describe('the audit knows who may call a handler', () => {
  it('from its own guard and from that of its class', async () => {
    @Controller()
    @UseGuards(OwnAuthGuard)
    class Guarded {
      @Get('a')
      a() {
        return 1;
      }

      @Public()
      @Get('b')
      b() {
        return 1;
      }
    }
    const { a, b } = await audited([Guarded]);
    expect(a).toMatchObject({
      access: 'login',
      guards: [{ name: 'OwnAuthGuard', on: 'class', requiresLogin: true, runs: true }],
    });
    expect(b).toMatchObject({ access: 'public' });
  });

  it.each<[string, Provider]>([
    ['a class', { provide: APP_GUARD, useClass: OwnAuthGuard }],
    ['an existing provider', { provide: APP_GUARD, useExisting: OwnAuthGuard }],
    ['a factory', { provide: APP_GUARD, inject: [OwnAuthGuard], useFactory: (guard: OwnAuthGuard) => guard }],
  ])('from an APP_GUARD that is %s', async (_form, provider) => {
    const { open, shown, me } = await audited([CatsController], { providers: [OwnAuthGuard, provider] });
    const guards = [{ name: 'OwnAuthGuard', on: 'application', requiresLogin: true, runs: true }];
    expect(open).toMatchObject({ access: 'login', guards });
    expect(shown).toMatchObject({ access: 'public', guards });
    expect(me).toMatchObject({
      access: 'login',
      guards: [...guards, { name: 'SessionAuthGuard', on: 'handler', requiresLogin: true, runs: true }],
    });
  });

  it('from an APP_GUARD of each request', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class RequestGuard extends SessionAuthGuard {}
    const providers = [{ provide: APP_GUARD, useClass: RequestGuard, scope: Scope.REQUEST }];
    expect((await audited([CatsController], { providers }))['open']).toMatchObject({
      access: 'login',
      guards: [{ name: 'RequestGuard', on: 'application', requiresLogin: true, runs: true }],
    });
  });

  it('from app.useGlobalGuards()', async () => {
    const prepare = (app: INestApplication): void => void app.useGlobalGuards(app.get(SessionAuthGuard));
    expect((await audited([CatsController], { prepare }))['open']).toMatchObject({ access: 'login' });
  });

  it('from the method that it overrides', async () => {
    class Base {
      @Get('kept')
      @Roles('admin')
      kept() {
        return 1;
      }
    }
    @Controller()
    class Derived extends Base {
      @Get('kept')
      override kept() {
        return 2;
      }
    }
    expect((await audited([Derived]))['kept']).toMatchObject({
      access: 'login',
      guards: [{ name: 'SessionAuthGuard', on: 'handler', requiresLogin: true, runs: true }],
      roles: [{ names: ['admin'], mode: 'all' }],
    });
  });

  it('counts a guard of the application only if it is marked as one that requires a login', async () => {
    @Controller()
    class Keyed {
      @Get('key')
      @UseGuards(KeyGuard)
      key() {
        return 1;
      }

      @Get('token')
      @UseGuards(TokenGuard)
      token() {
        return 1;
      }
    }
    const { key, token } = await audited([Keyed]);
    expect(key).toMatchObject({
      access: 'unguarded',
      guards: [{ name: 'KeyGuard', on: 'handler', requiresLogin: false, runs: true }],
    });
    expect(token).toMatchObject({ access: 'login' });
  });

  it('takes a handler of OPTIONS as public, since the guard admits it', async () => {
    @Controller()
    class Preflight {
      @Options('any')
      preflight() {
        return 1;
      }
    }
    const providers = [{ provide: APP_GUARD, useClass: SessionAuthGuard }];
    const { preflight } = await audited([Preflight], { providers });
    expect(preflight).toMatchObject({ access: 'public', method: 'OPTIONS' });
    const { url } = running ?? {};
    expect((await fetch(`${String(url)}/any`, { method: 'OPTIONS' })).status).toBe(200);
  });
});

describe('the audit tells of a handler', () => {
  it('which roles, permissions and freshness it requires', async () => {
    @Controller()
    @Roles('staff')
    class Strict {
      @Post('pay')
      @Roles.any('admin', 'owner')
      @Permissions('pay')
      @Fresh({ within: '5m', action: 'pay' })
      pay() {
        return 1;
      }
    }
    expect((await audited([Strict]))['pay']).toMatchObject({
      access: 'login',
      roles: [
        { names: ['admin', 'owner'], mode: 'any' },
        { names: ['staff'], mode: 'all' },
      ],
      permissions: [{ names: ['pay'], mode: 'all' }],
      fresh: { within: 300_000, action: 'pay' },
    });
  });

  it('every path that leads to it', async () => {
    @Controller(['cats', '/v2/cats/'])
    class Several {
      @Get(['', ':id'])
      find() {
        return 1;
      }
    }
    expect((await audited([Several]))['find']?.paths).toEqual(['/cats', '/cats/:id', '/v2/cats', '/v2/cats/:id']);
  });

  it('whether CsrfGuard checks it', async () => {
    @Controller()
    class Forms {
      @Get('page')
      page() {
        return 1;
      }

      @Post('change')
      change() {
        return 1;
      }

      @Post('hook')
      @CsrfExempt()
      hook() {
        return 1;
      }
    }
    const csrf = async (providers: readonly Provider[]) => {
      const { page, change, hook } = await audited([Forms], { providers });
      await running?.close();
      return [page?.csrf, change?.csrf, hook?.csrf];
    };
    expect(await csrf([{ provide: APP_GUARD, useClass: CsrfGuard }])).toEqual([null, 'checked', 'exempt']);
    expect(await csrf([])).toEqual([null, 'none', 'none']);
    running = null;
  });

  it('the signs that it changes something by GET, and none of others', async () => {
    @Controller()
    class Signs {
      @Get('written')
      written(@Session() session: Session) {
        return session;
      }

      @Get('key')
      key(@Session('cart') cart: unknown) {
        return cart;
      }

      @Get('read')
      read(@Session({ readonly: true }) session: Session) {
        return session;
      }

      @Get('tries')
      tries(@LoginAttempts() attempts: LoginAttempts) {
        return attempts;
      }

      @Get('named')
      deleteAll() {
        return 1;
      }

      @Get('out')
      logOut() {
        return 1;
      }

      @Get('settings')
      settings() {
        return 1;
      }

      @All('all')
      all() {
        return 1;
      }

      @Post('posted')
      deletePosted(@Session() session: Session) {
        return session;
      }

      @Get('request')
      request(@Req() request: object) {
        return request;
      }
    }
    const reports = await audited([Signs]);
    const signs = Object.fromEntries(
      Object.values(reports).map((report) => [report.paths.join(), report.changesByGet]),
    );
    expect(signs).toEqual({
      '/written': ['session'],
      '/key': ['session'],
      '/read': [],
      '/tries': ['login-attempts'],
      '/named': ['name'],
      '/out': ['name'],
      '/settings': [],
      '/all': ['every-method'],
      '/posted': [],
      '/request': [],
    });
  });
});

describe('@LoginGuard()', () => {
  it('rejects what is no guard, so that nobody takes it for one', () => {
    class NoGuard {}
    expect(() => {
      Reflect.apply(LoginGuard(), undefined, [NoGuard]);
    }).toThrow(/NoGuard has no canActivate\(\).*@UseGuards/);
  });
});
