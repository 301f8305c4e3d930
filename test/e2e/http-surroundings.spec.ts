import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Head, Header, HttpCode, Redirect, Res, StreamableFile } from '@nestjs/common';
import { Session } from 'nestjs-session-auth';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { startApp, type RunningApp } from '../support/app.js';
import { FailingStore } from '../support/failing-store.js';
import { surroundings, type Surroundings } from '../support/surroundings.js';
import { commits, rawResponse, servers, sessionCookies } from './http-table.js';

const big = 'a session '.repeat(30_000);

@Controller()
class AnswerController {
  @Get('read')
  read(@Session() session: Session) {
    return { data: session };
  }

  @Get('value')
  value(@Session() session: Session) {
    session.set('n', 1);
    return { hello: 'you' };
  }

  @Get('end')
  end(@Session() session: Session, @Res() response: object): void {
    session.set('n', 1);
    rawResponse(response).end('hello');
  }

  @Get('write-head')
  writeHead(@Session() session: Session, @Res() response: object): void {
    session.set('n', 1);
    rawResponse(response)
      .writeHead(202, { 'Content-Type': 'text/plain', 'Set-Cookie': ['a=1'] })
      .end('hello');
  }

  @Get('list')
  list(@Session() session: Session, @Res() response: object): void {
    session.set('n', 1);
    rawResponse(response).writeHead(202, ['Content-Type', 'text/plain', 'Set-Cookie', 'a=1']).end('hello');
  }

  @Get('pieces')
  async pieces(@Session() session: Session, @Res() response: object): Promise<void> {
    session.set('n', 1);
    const raw = rawResponse(response);
    raw.setHeader('Content-Type', 'text/plain');
    if (!raw.write('hel')) await once(raw, 'drain');
    raw.end('lo');
  }

  @Get('flushed')
  flushed(@Session() session: Session, @Res() response: object): void {
    session.set('n', 1);
    const raw = rawResponse(response);
    raw.setHeader('Content-Type', 'text/plain');
    raw.flushHeaders();
    raw.end('hello');
  }

  @Get('piped')
  async piped(@Session() session: Session, @Res() response: object): Promise<void> {
    session.set('n', 1);
    const raw = rawResponse(response);
    raw.setHeader('Content-Type', 'text/plain');
    await pipeline(Readable.from([big, big, big]), raw);
  }

  @Get('file')
  file(@Session() session: Session) {
    session.set('n', 1);
    return new StreamableFile(Readable.from([Buffer.from(big)]), { type: 'text/plain' });
  }

  @Get('away')
  @Redirect('/read', 303)
  away(@Session() session: Session): void {
    session.set('n', 1);
  }

  @Get('empty')
  @HttpCode(204)
  empty(@Session() session: Session): void {
    session.set('n', 1);
  }

  @Head('headed')
  headed(@Session() session: Session): void {
    session.set('n', 1);
  }

  @Get('fixed')
  @Header('ETag', '"fixed"')
  fixed(@Session() session: Session) {
    session.setDefault('n', 1);
    return 'the same text each time';
  }

  @Get('broken')
  broken(@Session() session: Session): never {
    session.set('n', 1);
    throw new Error('broken');
  }

  @Get('untouched')
  untouched() {
    return {};
  }
}

const answers: Readonly<
  Record<string, { readonly status?: number; readonly body?: string; readonly method?: string }>
> = {
  '/value': { body: '{"hello":"you"}' },
  '/end': { body: 'hello' },
  '/write-head': { status: 202, body: 'hello' },
  '/list': { status: 202, body: 'hello' },
  '/pieces': { body: 'hello' },
  '/flushed': { body: 'hello' },
  '/piped': { body: big.repeat(3) },
  '/file': { body: big },
  '/away': { status: 303 },
  '/empty': { status: 204, body: '' },
  '/headed': { method: 'HEAD', body: '' },
  '/fixed': { body: 'the same text each time' },
  '/broken': { status: 500 },
};

const outer = (Object.keys(surroundings) as Surroundings[]).filter((name) => name !== 'nothing');

/** Each on every server, with the ways to commit by turns; in the nightly form with both. */
const rows = outer.flatMap((around, index) =>
  servers.flatMap((platform, place) =>
    commits
      .filter((_commit, turn) => process.env['TEST_FULL'] === '1' || turn === (index + place) % 2)
      .map((commit) => ({ around, platform, commit })),
  ),
);

for (const row of rows) {
  describe(`on ${row.platform}, commit: ${row.commit}, behind ${row.around}`, () => {
    const store = new FailingStore();
    let running: RunningApp;
    beforeAll(async () => {
      const { platform, commit } = row;
      running = await startApp({
        platform,
        around: row.around,
        controllers: [AnswerController],
        session: { store, commit },
      });
    });
    afterAll(() => running.close());

    it.each(Object.entries(answers))(
      'answers %s whole, with the cookie, and once the session is saved',
      async (path, wanted) => {
        const jar = running.jar();
        const { status = 200, body, method = 'GET' } = wanted;
        const response = await jar.fetch(path, { method });
        const text = await response.text();
        expect([response.status, sessionCookies(response).length]).toEqual([status, 1]);
        if (body !== undefined) expect(text === body).toBe(true);
        expect(response.headers.get('cache-control')).toBe('no-store');
        expect(response.headers.get('vary')).toContain('Cookie');
        if (status === 202) expect(response.headers.getSetCookie()).toContain('a=1');
        expect(await jar.json('/read')).toEqual({ data: { n: 1 } });
      },
    );

    it.each(['/value', '/end', '/write-head', '/pieces', '/piped'])(
      'answers a failed save of %s with a 503, and gives nothing of the answer that was meant to go out',
      async (path) => {
        store.fail();
        try {
          const response = await running.jar().fetch(path);
          expect(await response.json()).toMatchObject({ statusCode: 503 });
          expect([response.status, sessionCookies(response), response.headers.get('cache-control')]).toEqual([
            503,
            [],
            'no-store',
          ]);
        } finally {
          store.recover();
        }
      },
    );

    it('leaves an answer alone that has nothing to do with a session', async () => {
      const response = await running.jar().fetch('/untouched');
      expect(await response.json()).toEqual({});
      expect([sessionCookies(response), response.headers.get('cache-control')]).toEqual([[], null]);
    });
  });
}
