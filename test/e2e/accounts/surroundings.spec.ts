import { afterEach, describe, expect, it } from '@jest/globals';
import {
  BadRequestException,
  Catch,
  Controller,
  Get,
  HttpException,
  Injectable,
  VersioningType,
  type ArgumentMetadata,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, HttpAdapterHost } from '@nestjs/core';
import { map, type Observable } from 'rxjs';
import { CurrentUser, SessionAuthGuard } from 'nestjs-session-auth';
import { AccountRepository, AccountsModule, AccountsService, redact, type Account } from 'nestjs-session-auth/accounts';
import { platforms } from '../../support/app.js';
import { boot } from '../../support/boot.js';
import {
  cheapHashing,
  MailBox,
  readPage,
  send,
  sendForm,
  startAccounts,
  type AccountsApp,
} from '../../support/accounts-app.js';
import { SessionModule } from 'nestjs-session-auth';
import { testSecret } from '../../support/app.js';
import { inTurn } from '../../support/combinations.js';

const ada = { email: 'ada@example.com', password: 'a long enough phrase' };
const logIn = { identity: ada.email, password: ada.password };
const everything = { registration: true, confirmation: true, recovery: true };

@Controller()
class MeController {
  @Get('me')
  me(@CurrentUser() account: Account | null): { email: string | null } {
    return { email: account?.email ?? null };
  }
}

@Injectable()
class Wrap implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

/** Takes nothing that is no plain value of the type that it is declared with, as a strict ValidationPipe does. */
@Injectable()
class Strict implements PipeTransform {
  transform(value: unknown, { metatype }: ArgumentMetadata): unknown {
    if (metatype === undefined || ([Object, String, Number] as unknown[]).includes(metatype)) return value;
    throw new BadRequestException(`A ${metatype.name} has properties that should not exist.`);
  }
}

/** Counts the requests that it lets through, as a throttler does. */
@Injectable()
class Throttle implements CanActivate {
  count = 0;

  canActivate(): boolean {
    return ++this.count < 1_000;
  }
}

@Catch()
class AnswerEverything implements ExceptionFilter {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const status = error instanceof HttpException ? error.getStatus() : 500;
    this.adapterHost.httpAdapter.reply(host.switchToHttp().getResponse(), { problem: status }, status);
  }
}

const prepare = (app: INestApplication): void => {
  app.setGlobalPrefix('api');
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' });
};

let app: AccountsApp;

afterEach(() => app.close());

describe.each(inTurn(platforms))(
  'accounts in an application with everything that changes requests and answers, on %s',
  (platform) => {
    async function start(): Promise<void> {
      app = await startAccounts(everything, {
        platform,
        prepare,
        controllers: [MeController],
        providers: [
          { provide: APP_GUARD, useClass: SessionAuthGuard },
          { provide: APP_GUARD, useClass: Throttle },
          { provide: APP_PIPE, useClass: Strict },
          { provide: APP_INTERCEPTOR, useClass: Wrap },
          { provide: APP_FILTER, useClass: AnswerEverything },
        ],
      });
    }

    it('answer what their contract says, under the prefix and without a version', async () => {
      await start();
      const jar = app.jar();
      expect((await jar.fetch('/auth/login', { method: 'POST' })).status).toBe(404);
      expect(await send(jar, '/api/auth/register', ada)).toEqual({ status: 202, body: { status: 'confirm' } });
      const { link = '', token } = (await app.box.mail()).data;
      expect(new URL(link).pathname).toBe('/api/auth/confirm');
      expect(await send(jar, '/api/auth/confirm', { token })).toEqual({ status: 200, body: { status: 'confirmed' } });
      expect(await send(jar, '/api/auth/login', { ...logIn, password: 'a wrong long phrase' })).toMatchObject({
        status: 401,
        body: { statusCode: 401, code: 'INVALID_CREDENTIALS', error: 'Unauthorized' },
      });
      expect(await send(jar, '/api/auth/login', { unknown: 1 })).toMatchObject({
        status: 400,
        body: { code: 'INPUT_INVALID' },
      });
      expect(await send(jar, '/api/auth/login', logIn)).toMatchObject({ status: 200, body: { status: 'in' } });
      expect(await jar.json('/api/v2/me')).toEqual({ data: { email: ada.email } });
      expect(await jar.json('/api/auth')).toMatchObject({ user: { email: ada.email } });
    });

    it('have pages whose links and forms lead to each other', async () => {
      await start();
      const jar = app.jar();
      const { html, headers } = await readPage(jar, '/api/auth/login');
      expect(html).toContain('action="/api/auth/login"');
      expect(html).toContain('href="/api/auth/style.css"');
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      const css = await jar.fetch('/api/auth/style.css');
      expect([css.status, css.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
      await app.app.get(AccountsService).create(ada);
      const response = await sendForm(jar, '/api/auth/login', logIn);
      expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
    });
  },
);

describe('the routes of accounts', () => {
  it('reject a request that another site has sent, a login included', async () => {
    app = await startAccounts(everything);
    for (const path of [
      '/auth/login',
      '/auth/logout',
      '/auth/register',
      '/auth/recover',
      '/auth/reset',
      '/auth/confirm',
    ]) {
      const response = await app.jar().fetch(path, { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } });
      expect({ path, status: response.status }).toEqual({ path, status: 403 });
    }
  });

  it('accept requests from publicUrl', async () => {
    app = await startAccounts({ ...everything, publicUrl: 'https://shop.example' });
    const response = await app.jar().fetch('/auth/recover', {
      method: 'POST',
      headers: { origin: 'https://shop.example', 'content-type': 'application/json' },
      body: JSON.stringify({ email: ada.email }),
    });
    expect(response.status).toBe(202);
  });

  it('are at another place with prefix, and some of them nowhere with routes', async () => {
    app = await startAccounts({ ...everything, prefix: '/members', routes: { registration: false } });
    expect((await readPage(app.jar(), '/members/login')).html).toContain('action="/members/login"');
    expect((await readPage(app.jar(), '/members/register')).status).toBe(404);
    expect((await readPage(app.jar(), '/auth/login')).status).toBe(404);
  });

  it('are not there with routes: false, whereas the services are', async () => {
    app = await startAccounts({ routes: false });
    await app.app.get(AccountsService).create(ada);
    expect((await readPage(app.jar(), '/auth/login')).status).toBe(404);
    expect(await app.app.get(AccountsService).findByEmail('ADA@example.com')).toMatchObject({ email: ada.email });
  });

  it('have pages of the application in place of their own, one by one', async () => {
    app = await startAccounts({
      pages: { login: ({ url, error }) => `<p>${url('/login')} ${String(error)}</p>` },
      recovery: true,
    });
    expect((await readPage(app.jar(), '/auth/login')).html).toBe('<p>/auth/login null</p>');
    expect((await readPage(app.jar(), '/auth/recover')).html).toContain('<h1>Forgot your password?</h1>');
    expect(await (await sendForm(app.jar(), '/auth/login', logIn)).text()).toBe(
      '<p>/auth/login The address or the password is wrong.</p>',
    );
  });

  it('follow Accept with its weights', async () => {
    app = await startAccounts();
    const typeFor = async (accept: string): Promise<string | null> => {
      const response = await app.jar().fetch('/auth/login', { method: 'POST', headers: { accept } });
      return response.headers.get('content-type');
    };
    expect(await typeFor('*/*')).toMatch(/^application\/json/);
    expect(await typeFor('application/json;q=0.9, text/html;q=0.8')).toMatch(/^application\/json/);
    expect(await typeFor('application/json;q=0.8, text/html;q=0.9')).toMatch(/^text\/html/);
  });
});

describe('mails', () => {
  it('are templates of the application in place of those in the box, one by one', async () => {
    app = await startAccounts({
      recovery: true,
      site: 'Shop',
      mail: {
        from: 'Shop <help@shop.example>',
        templates: { reset: ({ link, site }) => ({ subject: `At ${site}`, text: link ?? '', html: '' }) },
      },
    });
    await app.app.get(AccountsService).create(ada);
    await send(app.jar(), '/auth/recover', { email: ada.email });
    expect(await app.box.mail()).toMatchObject({ subject: 'At Shop', from: 'Shop <help@shop.example>', html: '' });
  });

  it('make no answer wait, neither for the template nor for the mailer', async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const heard: string[] = [];
    app = await startAccounts({
      recovery: true,
      mail: {
        templates: {
          reset: () => {
            heard.push('rendered');
            return { subject: 's', text: 't', html: 'h' };
          },
        },
        queue: { add: () => held },
      },
    });
    await app.app.get(AccountsService).create(ada);
    const repository = app.app.get(AccountRepository);
    const found = repository.findBy.bind(repository);
    repository.findBy = async (...args) => {
      await held;
      return found(...args);
    };
    expect((await send(app.jar(), '/auth/recover', { email: ada.email })).status).toBe(202);
    expect(heard).toEqual([]);
    release();
  });

  it('have no link, and no address of the network, that the sender of a request has made up', async () => {
    app = await startAccounts({ registration: true, confirmation: true });
    await app.app.get(AccountsService).create(ada);
    await app.jar().fetch('/auth/register', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Visit https://evil.example now <b>' },
      body: JSON.stringify(ada),
    });
    const { text, html } = await app.box.mail();
    expect(text).toContain('evil example');
    expect(text).not.toContain('evil.example');
    expect(html).not.toMatch(/evil\.example|<b>/);
  });
});

describe('options that a factory makes', () => {
  it('are read like those of forRoot', async () => {
    const box = new MailBox();
    const running = await boot([
      SessionModule.forRoot({ secretKey: testSecret, type: 'memory' }),
      AccountsModule.forRootAsync({
        prefix: 'members',
        inject: [HttpAdapterHost],
        useFactory: (host: HttpAdapterHost) => ({
          mailer: box,
          recovery: Boolean(host),
          passwords: { hashing: cheapHashing },
        }),
      }),
    ]);
    app = { ...running, box };
    expect((await send(app.jar(), '/members/recover', { email: ada.email })).status).toBe(202);
  });
});

describe('redact', () => {
  it('hides tokens of links in logs', () => {
    expect(redact('/auth/reset?token=abc&next=/')).toBe('/auth/reset?token=…&next=/');
    expect(redact('https://app.example/confirm#token=abc')).toBe('https://app.example/confirm#token=…');
    expect(redact('/cart?page=2')).toBe('/cart?page=2');
  });
});
