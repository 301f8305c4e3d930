import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Head, Header, HttpCode, Query, Redirect, Res, StreamableFile } from '@nestjs/common';
import { Session } from 'nestjs-session-auth';
import type { IncomingMessage, OutgoingHttpHeader, ServerResponse } from 'node:http';
import { startApp, type RunningApp } from '../support/app.js';
import { SpreadStore } from '../support/spread-store.js';
import { commits, onEveryServer, rawResponse, sessionCookies } from './http-table.js';

const own = ['X-Own', 'kept', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'vary', 'Origin'];
const forms: Record<string, (raw: ServerResponse) => ServerResponse> = {
  object: (raw) => raw.writeHead(202, { 'X-Own': 'kept', 'set-cookie': ['a=1', 'b=2'], VARY: 'Origin' }),
  'object after a text': (raw) =>
    raw.writeHead(202, 'Fine', { 'x-own': 'kept', 'SET-COOKIE': ['a=1', 'b=2'], Vary: 'Origin' }),
  list: (raw) => raw.writeHead(202, own),
  'list after a text': (raw) => raw.writeHead(202, 'Fine', own),
  pairs: (raw) => {
    const pairs: OutgoingHttpHeader[][] = [];
    for (let index = 0; index < own.length; index += 2) pairs.push(own.slice(index, index + 2));
    return Reflect.apply(raw.writeHead, raw, [202, pairs]) as ServerResponse;
  },
  nothing: (raw) => {
    raw.setHeader('X-Own', 'kept').setHeader('Set-Cookie', ['a=1', 'b=2']).setHeader('Vary', 'Origin');
    return raw.writeHead(202);
  },
  'nothing after a text': (raw) => {
    raw.setHeader('X-Own', 'kept').setHeader('Set-Cookie', ['a=1', 'b=2']).setHeader('Vary', 'Origin');
    return raw.writeHead(202, 'Fine');
  },
  'object over what was set': (raw) => {
    raw.setHeader('X-Own', 'replaced').setHeader('Set-Cookie', ['a=1', 'b=2']).setHeader('Vary', 'Origin');
    return raw.writeHead(202, { 'x-own': 'kept' });
  },
};

const seen: Record<string, unknown> = {};

@Controller()
class AnswerController {
  @Get('read')
  read(@Session() session: Session) {
    return { data: session };
  }

  @Get('fixed')
  @Header('ETag', '"fixed"')
  fixed(@Session() session: Session) {
    session.setDefault('begun', true);
    return 'the same text each time';
  }

  @Get('write-head')
  writeHead(@Session() session: Session, @Res() response: object, @Query('form') form: string): void {
    session.set('form', form);
    forms[form]?.(rawResponse(response)).end('body');
  }

  @Get('pieces')
  async pieces(@Session() session: Session, @Res() response: object): Promise<void> {
    session.set('pieces', true);
    const raw = rawResponse(response);
    const order: string[] = [];
    seen['order'] = order;
    raw.setHeader('Content-Type', 'text/plain');
    raw.write('one ', () => order.push('one'));
    raw.write(Buffer.from('two '), () => order.push('two'));
    raw.write('dHJvaXMg', 'base64', () => order.push('three'));
    await new Promise<void>((resolve) => void raw.end('four', () => resolve()));
    order.push('end');
  }

  @Get('flushed')
  flushed(@Session() session: Session, @Res() response: object): void {
    session.set('flushed', true);
    const raw = rawResponse(response);
    raw.flushHeaders();
    raw.end('body');
  }

  @Get('looks-sent')
  looksSent(@Session() session: Session, @Res() response: object): void {
    session.set('n', 1);
    const raw = rawResponse(response);
    raw.end('body');
    seen['headersSent'] = raw.headersSent;
    seen['writableEnded'] = raw.writableEnded;
    seen['refusals'] = [() => raw.setHeader('X-Late', '1'), () => raw.writeHead(500, { 'X-Late': '1' })].map(codeOf);
    raw.statusCode = 500;
  }

  @Get('changed-between')
  changedBetween(@Session() session: Session, @Res() response: object): void {
    const raw = rawResponse(response);
    session.set('before', true);
    raw.writeHead(200, { 'Content-Type': 'text/plain' });
    session.set('between', true);
    raw.end('body');
  }

  @Get('bad-head')
  badHead(@Session() session: Session, @Res() response: object): void {
    session.set('n', Number(session.get('n', 0)) + 1);
    rawResponse(response).writeHead(200, { 'X-Bad': 'line\nbreak' }).end('body');
  }

  @Get('bad-head-readonly')
  badHeadReadonly(@Session() session: Session, @Res() response: object): void {
    session.has('n');
    rawResponse(response).writeHead(200, { 'X-Bad': 'line\nbreak' }).end('body');
  }

  @Get('bad-chunk')
  badChunk(@Session() session: Session, @Res() response: object): void {
    session.set('n', 1);
    Reflect.apply(rawResponse(response).write, rawResponse(response), [42]);
  }

  @Get('hints')
  hints(@Session() session: Session, @Res() response: object): void {
    session.set('hinted', true);
    const raw = rawResponse(response);
    raw.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
    raw.end('body');
  }

  @Get('locals')
  locals(@Session() session: Session, @Res({ passthrough: true }) response: object) {
    session.set('locals', true);
    // Template engines are served so; Express gives the object, and the application may replace it.
    Reflect.set(response, 'locals', { title: 'Home' });
    return {};
  }

  @Get('away')
  @Redirect('/read', 303)
  away(@Session() session: Session) {
    session.set('away', true);
  }

  @Get('away-by-hand')
  awayByHand(@Session() session: Session, @Res() response: object): void {
    session.set('away', true);
    rawResponse(response).writeHead(302, { Location: '/read' }).end();
  }

  @Get('empty')
  @HttpCode(204)
  empty(@Session() session: Session): void {
    session.set('empty', true);
  }

  @Get('file')
  file(@Session() session: Session) {
    session.set('file', true);
    return new StreamableFile(Buffer.from('the file'), { type: 'text/plain' });
  }

  @Head('headed')
  headed(@Session() session: Session): void {
    session.set('headed', true);
  }
}

function codeOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
  return undefined;
}

onEveryServer({ controllers: [AnswerController], logger: false, session: { store: new SpreadStore() } }, (row) => {
  it.each(Object.keys(forms))(
    'sends its headers with those of the application, given to writeHead as %s',
    async (form) => {
      const jar = row().running.jar();
      const response = await jar.fetch(`/write-head?form=${encodeURIComponent(form)}`);
      expect(response.status).toBe(202);
      if (form.includes('text')) expect(response.statusText).toBe('Fine');
      expect(await response.text()).toBe('body');
      expect(response.headers.get('x-own')).toBe('kept');
      expect(response.headers.get('vary')).toBe('Origin, Cookie');
      expect(response.headers.get('cache-control')).toBe('no-store');
      const cookies = response.headers.getSetCookie();
      expect(cookies.slice(0, 2)).toEqual(['a=1', 'b=2']);
      expect(cookies).toHaveLength(3);
      expect(await jar.json('/read')).toEqual({ data: { form } });
    },
  );

  it('keeps the order of pieces and of their callbacks', async () => {
    const jar = row().running.jar();
    const response = await jar.fetch('/pieces');
    expect(await response.text()).toBe('one two trois four');
    expect(sessionCookies(response)).toHaveLength(1);
    expect(seen['order']).toEqual(['one', 'two', 'three', 'end']);
    expect(await jar.json('/read')).toEqual({ data: { pieces: true } });
  });

  it('adds its headers where flushHeaders comes first', async () => {
    const response = await row().running.jar().fetch('/flushed');
    expect(await response.text()).toBe('body');
    expect(sessionCookies(response)).toHaveLength(1);
  });

  it('looks as if it had been sent while it waits', async () => {
    const response = await row().running.jar().fetch('/looks-sent');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('body');
    expect(response.headers.get('x-late')).toBeNull();
    expect(seen['headersSent']).toBe(true);
    expect(seen['writableEnded']).toBe(true);
    expect(seen['refusals']).toEqual(['ERR_HTTP_HEADERS_SENT', 'ERR_HTTP_HEADERS_SENT']);
  });

  it('saves a change between writeHead and end of a client that holds the cookie', async () => {
    const jar = row().running.jar();
    await jar.fetch('/changed-between');
    expect(await jar.json('/read')).toEqual({ data: { before: true, between: true } });
    await jar.fetch('/changed-between');
    expect(await jar.json('/read')).toEqual({ data: { before: true, between: true } });
  });

  it('answers 500 with the cookie where Node refuses headers that had to wait', async () => {
    const jar = row().running.jar();
    for (const n of [1, 2]) {
      const response = await jar.fetch('/bad-head');
      expect(response.status).toBe(500);
      expect(await response.json()).toMatchObject({ statusCode: 500 });
      expect(await jar.json('/read')).toEqual({ data: { n } });
    }
    expect((await jar.fetch('/bad-head-readonly')).status).toBe(500);
  });

  it('answers 500 with the cookie where Node refuses a chunk that had to wait', async () => {
    const jar = row().running.jar();
    const response = await jar.fetch('/bad-chunk');
    expect(response.status).toBe(500);
    expect(sessionCookies(response)).toHaveLength(1);
    expect(await jar.json('/read')).toEqual({ data: { n: 1 } });
  });

  it('is not lost where the application replaces res.locals', async () => {
    const jar = row().running.jar();
    const response = await jar.fetch('/locals');
    expect(sessionCookies(response)).toHaveLength(1);
    expect(await jar.json('/read')).toEqual({ data: { locals: true } });
  });

  it('lets early hints pass, which are no answer', async () => {
    const jar = row().running.jar();
    const response = await jar.fetch('/hints');
    expect(response.status).toBe(200);
    expect(sessionCookies(response)).toHaveLength(1);
  });

  it.each([
    ['/away', 303],
    ['/away-by-hand', 302],
  ])('sets the cookie with a redirect: %s', async (path, status) => {
    const jar = row().running.jar();
    const response = await jar.fetch(path);
    expect(response.status).toBe(status);
    expect(response.headers.get('location')).toBe('/read');
    expect(sessionCookies(response)).toHaveLength(1);
    expect(await jar.json('/read')).toEqual({ data: { away: true } });
  });

  it('sets the cookie with an answer without a body', async () => {
    const jar = row().running.jar();
    const response = await jar.fetch('/empty');
    expect(response.status).toBe(204);
    expect(sessionCookies(response)).toHaveLength(1);
    expect(await jar.json('/read')).toEqual({ data: { empty: true } });
  });

  it('sets the cookie with a file', async () => {
    const jar = row().running.jar();
    const response = await jar.fetch('/file');
    expect(await response.text()).toBe('the file');
    expect(sessionCookies(response)).toHaveLength(1);
    expect(await jar.json('/read')).toEqual({ data: { file: true } });
  });

  it('sets the cookie in the answer to HEAD', async () => {
    const jar = row().running.jar();
    const response = await jar.fetch('/headed', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(sessionCookies(response)).toHaveLength(1);
    expect(await jar.json('/read')).toEqual({ data: { headed: true } });
  });

  it('leaves a conditional request its 304, which carries the cookie that is due', async () => {
    const { platform, running } = row();
    const jar = running.jar();
    const first = await jar.fetch('/fixed');
    expect(first.status).toBe(200);
    const status = platform === 'express' ? 304 : 200;
    // Without a Cache-Control of its own, fetch() would ask for a full answer.
    const conditional = { headers: { 'if-none-match': '"fixed"', 'cache-control': 'max-age=0' } };
    const second = await jar.fetch('/fixed', conditional);
    expect(second.status).toBe(status);
    expect(sessionCookies(second)).toEqual([]);
    expect(second.headers.get('vary')).toBe('Cookie');
    const fresh = await running.jar().fetch('/fixed', conditional);
    expect(fresh.status).toBe(status);
    expect(sessionCookies(fresh)).toHaveLength(1);
  });
});

/** As on-headers does: listeners run when the head is about to go out. */
function onHeaders(response: ServerResponse, listener: (response: ServerResponse) => void): void {
  const { writeHead } = response;
  let hasRun = false;
  response.writeHead = function (this: ServerResponse, ...args: unknown[]): ServerResponse {
    if (!hasRun) {
      hasRun = true;
      listener(response);
    }
    return Reflect.apply(writeHead, this, args) as ServerResponse;
  };
}

/** As compression does: asks for the head before each write, and hands on changed chunks. */
function upperCase(response: ServerResponse): void {
  const { write, end } = response;
  const askForHead = (): void => {
    if (!response.headersSent) response.writeHead(response.statusCode);
  };
  const loud = (chunk: unknown): unknown =>
    typeof chunk === 'string' || Buffer.isBuffer(chunk) ? String(chunk).toUpperCase() : chunk;
  onHeaders(response, () => response.removeHeader('Content-Length'));
  response.write = function (this: ServerResponse, chunk: unknown, ...rest: unknown[]): boolean {
    response.writeHead(response.statusCode);
    return Reflect.apply(write, this, [loud(chunk), ...rest]) as boolean;
  } as typeof write;
  response.end = function (this: ServerResponse, chunk: unknown, ...rest: unknown[]): ServerResponse {
    askForHead();
    return Reflect.apply(end, this, [loud(chunk), ...rest]) as ServerResponse;
  } as typeof end;
}

@Controller()
class WrappedController {
  @Get('json')
  json(@Session() session: Session) {
    session.set('json', 1);
    return { hello: 'you' };
  }

  @Get('pieces')
  pieces(@Session() session: Session, @Res() response: ServerResponse): void {
    session.set('pieces', 1);
    response.write('a');
    response.write('b');
    response.end('c');
  }
}

for (const eager of [false, true]) {
  for (const commit of commits) {
    describe(`with wrappers of the response ${eager ? 'after' : 'before'} the gate, commit: ${commit}`, () => {
      let running: RunningApp;
      beforeAll(async () => {
        running = await startApp({
          controllers: [WrappedController],
          session: { commit, store: new SpreadStore() },
          prepare: async (app) => {
            const { sessionMiddleware } = await import('nestjs-session-auth');
            if (eager) app.use(sessionMiddleware(app));
            app.use((_request: IncomingMessage, response: ServerResponse, next: () => void) => {
              onHeaders(response, () =>
                response.setHeader('X-Seen', String(response.getHeader('X-Powered-By') ?? 'none')),
              );
              onHeaders(response, () => response.appendHeader('Set-Cookie', 'other=1'));
              next();
            });
          },
        });
      });
      afterAll(() => running.close());

      it('sends the headers of all of them', async () => {
        const response = await running.jar().fetch('/json');
        expect(await response.json()).toEqual({ hello: 'you' });
        expect(response.headers.get('x-seen')).not.toBeNull();
        expect(sessionCookies(response)).toHaveLength(1);
        expect(response.headers.getSetCookie()).toContain('other=1');
      });
    });
  }
}

for (const commit of commits) {
  describe(`with a compression-like wrapper that comes after the gate, commit: ${commit}`, () => {
    let running: RunningApp;
    beforeAll(async () => {
      running = await startApp({
        controllers: [WrappedController],
        session: { commit, store: new SpreadStore() },
        prepare: async (app) => {
          const { sessionMiddleware } = await import('nestjs-session-auth');
          app.use(sessionMiddleware(app));
          app.use((_request: IncomingMessage, response: ServerResponse, next: () => void) => {
            upperCase(response);
            next();
          });
        },
      });
    });
    afterAll(() => running.close());

    it('survives that it asks for the head before each write', async () => {
      const response = await running.jar().fetch('/pieces');
      if (commit === 'response') expect(sessionCookies(response)).toHaveLength(1);
      expect(await response.text()).toBe('ABC');
    });
  });
}
