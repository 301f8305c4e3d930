import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import express from 'express';
import { IncomingMessage, ServerResponse, type RequestListener } from 'node:http';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { Session, SessionModule, sessionMiddleware, type SessionMiddleware } from 'nestjs-session-auth';
import { startApp, testSecret } from '../support/app.js';
import { HeardEvents } from '../support/heard-events.js';
import { commits, servers } from './http-table.js';

@Controller()
class ElsewhereController {
  @Get('value')
  value(@Session() session: Session) {
    session.set('n', 1);
    return { n: 1 };
  }

  @Get('json')
  json(@Session() session: Session, @Res() response: { json(body: object): void }): void {
    session.set('n', 1);
    response.json({ n: 1 });
  }

  @Get('away')
  away(@Session() session: Session, @Res() response: { redirect(path: string): void }): void {
    session.set('n', 1);
    response.redirect('/value');
  }

  @Get('piped')
  piped(@Session() session: Session, @Res() response: ServerResponse): void {
    session.set('n', 1);
    Readable.from(['{"n"', ':1}']).pipe(response);
  }
}

/** As adapters for functions in a cloud make it: what is written to the connection is kept, and read once the response has ended. */
class KeptResponse extends ServerResponse {
  readonly written: Buffer[] = [];

  constructor(request: IncomingMessage) {
    super(request);
    this.assignSocket(
      Object.assign(Object.create(null) as Socket, {
        _writableState: {},
        writable: true,
        on: () => undefined,
        removeListener: () => undefined,
        destroy: () => undefined,
        cork: () => undefined,
        uncork: () => undefined,
        write: (data: string | Buffer, encoding: BufferEncoding, done: unknown) => {
          this.written.push(Buffer.from(data as string, typeof encoding === 'string' ? encoding : 'latin1'));
          const called = [encoding, done].find((argument) => typeof argument === 'function');
          if (typeof called === 'function') (called as () => void)();
          return true;
        },
      }),
    );
  }
}

/** Runs a handler as those adapters do. */
async function invoke(handler: RequestListener, path: string): Promise<string> {
  const request = Object.assign(new IncomingMessage(new Socket()), {
    method: 'GET',
    url: path,
    headers: { host: 'x' },
  });
  request.push(null);
  const response = new KeptResponse(request);
  handler(request, response);
  if (!response.writableEnded) await new Promise((resolve) => response.once('finish', resolve));
  return Buffer.concat(response.written).toString();
}

describe.each(commits)('an application whose answers are taken out of the response, commit: %s', (commit) => {
  it.each(['/value', '/json', '/away', '/piped'])('answers with the cookie, and whole: %s', async (path) => {
    @Module({
      imports: [SessionModule.forRoot({ secretKey: testSecret, type: 'memory', commit })],
      controllers: [ElsewhereController],
    })
    class ElsewhereModule {}

    const app = await NestFactory.create(ElsewhereModule, new ExpressAdapter(express()), { logger: false });
    await app.init();
    try {
      const text = await invoke(app.getHttpAdapter().getInstance() as RequestListener, path);
      expect(text).toMatch(/^HTTP\/1\.1 (200|302) /);
      expect(text.match(/^set-cookie: session=/gim)).toHaveLength(1);
      expect(text).toContain(path === '/away' ? 'Redirecting' : path === '/piped' ? ':1}' : '{"n":1}');
    } finally {
      await app.close();
    }
  });
});

interface WithSession {
  session?: { n?: number; save(done: (error?: unknown) => void): void };
}

describe.each(servers)('middleware that is handed no response, on %s', (platform) => {
  it.each([
    ['an empty object', {}],
    ['nothing', undefined],
  ])(
    'reads the session, and saves it where it is told to and the client has the cookie: %s',
    async (_what, nothing) => {
      const heard = new HeardEvents();
      const made: SessionMiddleware[] = [];
      const running = await startApp({
        platform,
        controllers: [ElsewhereController],
        session: { observer: heard.observer },
        prepare: (app) => void made.push(sessionMiddleware(app)),
      });
      try {
        const handshake = async (cookie?: string): Promise<WithSession> => {
          const request = new IncomingMessage(new Socket());
          if (cookie !== undefined) request.headers.cookie = cookie;
          const error = await new Promise((resolve) => made[0]?.(request, nothing, resolve));
          expect(error).toBeUndefined();
          return request as WithSession;
        };
        const save = async ({ session }: WithSession): Promise<unknown> =>
          new Promise((resolve) => {
            if (session) session.save(resolve);
          });

        const jar = running.jar();
        await jar.fetch('/value');
        const { session } = await handshake(jar.header);
        expect(session?.n).toBe(1);
        if (session) session.n = 2;
        expect(await save({ session } as WithSession)).toBeUndefined();
        expect((await handshake(jar.header)).session?.n).toBe(2);

        const stranger = await handshake();
        if (stranger.session) stranger.session.n = 3;
        expect(await save(stranger)).toBeUndefined();
        expect(heard.names).toContain('droppedChange');
      } finally {
        await running.close();
      }
    },
  );
});
