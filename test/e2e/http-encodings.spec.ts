import { describe, expect, it } from '@jest/globals';
import {
  Catch,
  Controller,
  Get,
  HttpCode,
  Injectable,
  Module,
  Next,
  Render,
  Res,
  StreamableFile,
  UseInterceptors,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, HttpAdapterHost } from '@nestjs/core';
import { Readable } from 'node:stream';
import { from, mergeMap, type Observable } from 'rxjs';
import { Session, SessionModule, SessionService, type Serializer } from 'nestjs-session-auth';
import { startApp, testSecret, type AppSetup, type RunningApp } from '../support/app.js';
import { boot } from '../support/boot.js';
import { rawResponse, servers } from './http-table.js';

/** Counts how often a session is encoded. */
class CountedJson implements Serializer {
  encoded = 0;

  encode(record: Readonly<Record<string, unknown>>): Uint8Array {
    this.encoded++;
    return Buffer.from(JSON.stringify(record));
  }

  decode(bytes: Uint8Array): unknown {
    return JSON.parse(Buffer.from(bytes).toString()) as unknown;
  }
}

/** Changes the session once the handler is done. */
@Injectable()
class LateInterceptor implements NestInterceptor {
  constructor(private readonly sessions: SessionService) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      mergeMap((value) =>
        from(
          this.sessions.get(context).then((session) => {
            session.set('late', true);
            return value as unknown;
          }),
        ),
      ),
    );
  }
}

/** As one that an application kept from an earlier point of the request would be. */
let kept: Session | null = null;

@Injectable()
class KeptInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      mergeMap(async (value) => {
        // By then the handler's own commit has taken place.
        await new Promise(setImmediate);
        kept?.set('late', true);
        return value as unknown;
      }),
    );
  }
}

@Catch()
class ChangingFilter implements ExceptionFilter {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly sessions: SessionService,
  ) {}

  async catch(_error: unknown, host: ArgumentsHost): Promise<void> {
    (await this.sessions.get(host)).set('late', true);
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), { filtered: true }, 200);
  }
}

@Controller()
class EncodingController {
  @Get('read')
  read(@Session() session: Session) {
    return { data: session };
  }

  @Get('change')
  change(@Session() session: Session) {
    kept = session;
    session.set('n', Number(session.get('n', 0)) + 1);
    return { n: session.get('n') };
  }

  @Get('inner')
  @UseInterceptors(LateInterceptor)
  inner(@Session() session: Session) {
    session.setDefault('n', 1);
    return {};
  }

  @Get('by-hand')
  byHand(@Session() session: Session, @Res() response: object): void {
    session.set('n', 1);
    setImmediate(() => {
      session.set('late', true);
      rawResponse(response).end('{}');
    });
  }

  @Get('handed-on')
  handedOn(@Session() session: Session, @Next() next: () => void): void {
    session.set('n', 1);
    setImmediate(() => {
      session.set('late', true);
      next();
    });
  }

  @Get('streamed')
  streamed(@Session() session: Session) {
    session.set('n', 1);
    return new StreamableFile(
      Readable.from(
        (function* () {
          session.set('late', true);
          yield Buffer.from('{}');
        })(),
      ),
    );
  }

  @Get('rendered')
  @Render('page')
  rendered(@Session() session: Session) {
    session.set('n', 1);
    return { change: () => session.set('late', true) };
  }

  @Get('unsendable')
  @HttpCode(200)
  unsendable(@Session() session: Session) {
    session.set('n', 1);
    const circle: Record<string, unknown> = {};
    return (circle['self'] = circle);
  }
}

@Controller()
class ChangeController {
  @Get('change')
  change(@Session() session: Session) {
    kept = session;
    session.set('n', 1);
    return {};
  }

  @Get('data')
  data(@Session({ readonly: true }) session: Session) {
    kept = null;
    return { data: session.toJSON() };
  }
}

@Module({ controllers: [ChangeController] })
class ChangeModule {}

async function withApp(
  setup: AppSetup,
  work: (running: RunningApp, encoded: () => number) => Promise<void>,
): Promise<void> {
  const serializer = new CountedJson();
  kept = null;
  const session = { serializer, ...setup.session };
  const running = await startApp({ controllers: [EncodingController], ...setup, session });
  try {
    await work(running, () => {
      const { encoded } = serializer;
      serializer.encoded = 0;
      return encoded;
    });
  } finally {
    await running.close();
  }
}

describe.each(servers)('on %s', (platform) => {
  it.each(['interceptor', 'response'] as const)('encodes a session once where nobody comes after: %s', (commit) =>
    withApp({ platform, session: { commit } }, async (running, encoded) => {
      const jar = running.jar();
      await jar.fetch('/change');
      expect(encoded()).toBe(1);
      await jar.fetch('/change');
      expect(encoded()).toBe(1);
      await jar.fetch('/read');
      expect(encoded()).toBe(1);
    }),
  );

  it.each(['/by-hand', '/streamed'])('saves what the handler changes once it is done: %s', (path) =>
    withApp({ platform }, async (running) => {
      const jar = running.jar();
      await (await jar.fetch(path)).text();
      expect(await jar.json('/read')).toEqual({ data: { n: 1, late: true } });
    }),
  );

  it('saves what an inner interceptor changes, at once', () =>
    withApp({ platform }, async (running, encoded) => {
      const jar = running.jar();
      await jar.fetch('/inner');
      expect(encoded()).toBe(1);
      expect(await jar.json('/read')).toEqual({ data: { n: 1, late: true } });
    }));

  it('saves what a filter changes that answers for what could not be sent', () =>
    withApp({ platform, providers: [{ provide: APP_FILTER, useClass: ChangingFilter }] }, async (running) => {
      const jar = running.jar();
      const response = await jar.fetch('/unsendable');
      expect([response.status, await response.json()]).toEqual([200, { filtered: true }]);
      expect(await jar.json('/read')).toEqual({ data: { n: 1, late: true } });
    }));
});

describe('on Express', () => {
  it('saves what a view changes', () =>
    withApp(
      {
        prepare: (app) => {
          const instance = app.getHttpAdapter().getInstance() as {
            engine(
              name: string,
              render: (path: string, locals: object, done: (error: null, text: string) => void) => void,
            ): void;
            set(name: string, value: unknown): void;
          };
          instance.engine('json', (_path, locals, done) => {
            (Reflect.get(locals, 'change') as () => void)();
            done(null, '{}');
          });
          instance.set('view engine', 'json');
          // Any file will do.
          instance.set('views', new URL('../..', import.meta.url).pathname);
          instance.set(
            'view',
            class {
              readonly path = 'page';
              constructor(
                _name: string,
                private readonly options: {
                  engines: Record<string, (path: string, locals: object, done: unknown) => void>;
                },
              ) {}
              render(locals: object, done: unknown): void {
                this.options.engines['.json']?.('page', locals, done);
              }
            },
          );
        },
      },
      async (running) => {
        const jar = running.jar();
        expect((await jar.fetch('/rendered')).status).toBe(200);
        expect(await jar.json('/read')).toEqual({ data: { n: 1, late: true } });
      },
    ));

  it('saves what is changed on the way to the next handler', () =>
    withApp({}, async (running) => {
      const jar = running.jar();
      expect((await jar.fetch('/handed-on')).status).toBe(404);
      expect(await jar.json('/read')).toEqual({ data: { n: 1, late: true } });
    }));

  it.each([LateInterceptor, KeptInterceptor])(
    'saves what an interceptor changes that lies outside: %p',
    async (outer) => {
      @Module({ providers: [{ provide: APP_INTERCEPTOR, useClass: outer }] })
      class OuterModule {}

      kept = null;
      // What is imported before lies outside.
      const session = SessionModule.forRoot({ secretKey: testSecret, type: 'memory' });
      const running = await boot([OuterModule, session, ChangeModule]);
      try {
        const jar = running.jar();
        await jar.fetch('/change');
        expect(await jar.json('/data')).toEqual({ data: { n: 1, late: true } });
      } finally {
        await running.close();
      }
    },
  );
});
