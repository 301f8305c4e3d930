import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Res, Sse, StreamableFile, type MessageEvent } from '@nestjs/common';
import { Session } from 'nestjs-session-auth';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Subject, tap } from 'rxjs';
import { combinations } from '../support/combinations.js';
import { startApp, type RunningApp } from '../support/app.js';
import { Checkpoint } from '../support/checkpoint.js';
import { HeardEvents } from '../support/heard-events.js';
import { HeldStore } from '../support/held-store.js';
import { until } from '../support/until.js';
import { commits, rawResponse, servers } from './http-table.js';

const chunk = Buffer.alloc(64 * 1024, 'session');
const chunks = 320; // 20 MB

/** 20 MB that count how often they were asked for. */
class CountedSource {
  pulled = 0;
  readonly stream = Readable.from(this.#chunks(), { objectMode: false, highWaterMark: chunk.length });

  async *#chunks(): AsyncGenerator<Buffer> {
    for (; this.pulled < chunks;) {
      this.pulled++;
      yield chunk;
    }
  }
}

let source = new CountedSource();
let events = new Subject<MessageEvent>();
let wait = new Checkpoint();
let afterHead: ((session: Session) => void) | null = null;

@Controller()
class StreamController {
  @Get('read')
  read(@Session() session: Session) {
    return { data: session };
  }

  @Get('piped')
  piped(@Session() session: Session, @Res() response: object): void {
    session.set('piped', true);
    source.stream.pipe(rawResponse(response));
  }

  @Get('pipeline')
  async pipeline(@Session() session: Session, @Res() response: object): Promise<void> {
    session.set('piped', true);
    await pipeline(source.stream, rawResponse(response)).catch(() => undefined);
  }

  @Get('file')
  file(@Session() session: Session) {
    session.set('piped', true);
    return new StreamableFile(source.stream);
  }

  @Get('waiting')
  async waiting(@Session() session: Session) {
    session.set('before', true);
    await wait.pass();
    return {};
  }

  @Get('in-between')
  async inBetween(@Session() session: Session, @Res() response: object): Promise<void> {
    const raw = rawResponse(response);
    session.set('before', true);
    raw.write('first');
    await once(raw, 'drain');
    session.set('after', true);
    await wait.pass();
  }

  @Sse('events')
  events(@Session() session: Session) {
    if (session.isNew && afterHead === null) session.set('listening', true);
    return events.pipe(tap(() => afterHead?.(session)));
  }
}

/** A client that reads as slowly as the test wants. */
async function open(
  running: RunningApp,
  path: string,
  cookie = '',
): Promise<{ response: Promise<IncomingMessage>; abort(): void }> {
  const request = get(new URL(path, running.url), { headers: { cookie }, agent: false });
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
  response.catch(() => undefined);
  await once(request, 'socket');
  return { response, abort: () => void request.destroy() };
}

async function digest(stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of stream) hash.update(piece as Buffer);
  return hash.digest('hex');
}

const whole = await digest(Readable.from(Array.from({ length: chunks }, () => chunk)));

for (const { platform, commit } of combinations({ platform: servers, commit: commits })) {
  describe(`on ${platform}, commit: ${commit}`, () => {
    const heard = new HeardEvents();

    async function withApp(work: (running: RunningApp, store: HeldStore) => Promise<void>): Promise<void> {
      const store = new HeldStore();
      source = new CountedSource();
      events = new Subject();
      wait = new Checkpoint();
      afterHead = null;
      heard.forget();
      const rejections: unknown[] = [];
      const note = (reason: unknown): void => void rejections.push(reason);
      process.on('unhandledRejection', note);
      const session = { store, commit, observer: heard.observer };
      const running = await startApp({ controllers: [StreamController], platform, session });
      try {
        await work(running, store);
        expect(rejections).toEqual([]);
      } finally {
        process.off('unhandledRejection', note);
        await running.close();
      }
    }

    it.each(['/piped', '/pipeline'])(
      'holds a piped body back until the session is saved, and sends it whole: %s',
      (path) =>
        withApp(async (running, store) => {
          const write = store.holdNext('write');
          const { response } = await open(running, path);
          await write.reached;
          await until('the source has begun', () => source.pulled > 0);
          const pulled = source.pulled;
          for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
          expect(source.pulled).toBeLessThanOrEqual(Math.max(pulled, 4));
          expect(source.pulled).toBeLessThan(5);
          write.release();
          const answer = await response;
          expect(answer.headers['set-cookie']).toHaveLength(1);
          expect(await digest(answer)).toBe(whole);
        }),
    );

    it('sends a large file whole to a slow reader, and reads it no faster than that', () =>
      withApp(async (running) => {
        const { response } = await open(running, '/file');
        const answer = await response;
        expect(answer.headers['set-cookie']).toHaveLength(1);
        let last = -1;
        await until('the source is paused', () => {
          const still = source.pulled === last;
          last = source.pulled;
          return still;
        });
        expect(source.pulled).toBeLessThan(chunks);
        expect(await digest(answer)).toBe(whole);
      }));

    it('saves what a handler changed whose client went away meanwhile', () =>
      withApp(async (running) => {
        const jar = running.jar();
        await fetchWhole(jar.fetch('/piped'));
        const { abort } = await open(running, '/waiting', jar.header);
        await wait.reached;
        abort();
        wait.release();
        await until('the change is saved', async () => hasKey(await jar.json('/read'), 'before'));
      }));

    it('saves what was changed where the client goes away while it is saved', () =>
      withApp(async (running, store) => {
        const jar = running.jar();
        await fetchWhole(jar.fetch('/piped'));
        source = new CountedSource();
        const write = store.holdNext('write');
        const { abort } = await open(running, '/in-between', jar.header);
        await write.reached;
        abort();
        write.release();
        await until('the change is saved', async () => hasKey(await jar.json('/read'), 'before'));
        wait.release();
      }));

    it('saves what was changed after the head where the client goes away before the end', () =>
      withApp(async (running) => {
        const jar = running.jar();
        await fetchWhole(jar.fetch('/piped'));
        const { response, abort } = await open(running, '/in-between', jar.header);
        await response;
        await wait.reached;
        abort();
        await until('the change is saved', async () => hasKey(await jar.json('/read'), 'after'));
        wait.release();
      }));

    it('does not mind a client that goes away in the middle of a body', () =>
      withApp(async (running) => {
        const jar = running.jar();
        const { response, abort } = await open(running, '/pipeline');
        const answer = await response;
        await once(answer, 'readable');
        abort();
        await until('the source is closed', () => source.stream.destroyed);
        expect(await jar.json('/read')).toEqual({ data: {} });
      }));

    it('sends events as they happen, the cookie with the first', () =>
      withApp(async (running) => {
        const { response, abort } = await open(running, '/events');
        await until('the handler listens', () => events.observed);
        events.next({ data: 'one' });
        const answer = await response;
        expect(answer.headers['set-cookie']).toHaveLength(1);
        expect(answer.headers['content-type']).toContain('text/event-stream');
        answer.setEncoding('utf8');
        let text = '';
        answer.on('data', (piece: string) => (text += piece));
        await until('the first event is there', () => text.includes('data: one'));
        events.next({ data: 'two' });
        await until('the second event is there', () => text.includes('data: two'));
        abort();
        await until('nobody listens any more', () => !events.observed);
      }));

    it('saves at the end what was changed between events, for a client that holds the cookie', () =>
      withApp(async (running) => {
        const jar = running.jar();
        await fetchWhole(jar.fetch('/piped'));
        let answered = false;
        afterHead = (session) => {
          if (answered) session.set('during', true);
        };
        const { response } = await open(running, '/events', jar.header);
        await until('the handler listens', () => events.observed);
        events.next({ data: 'one' });
        const answer = (await response).resume();
        answered = true;
        events.next({ data: 'two' });
        events.complete();
        await once(answer, 'end');
        expect(await jar.json('/read')).toEqual({ data: { piped: true, during: true } });
        expect(heard.names).not.toContain('droppedChange');
      }));

    it('drops what was changed after the head for a client without the cookie, and says so', () =>
      withApp(async (running) => {
        let answered = false;
        afterHead = (session) => {
          if (answered) session.set('during', true);
        };
        const { response } = await open(running, '/events');
        await until('the handler listens', () => events.observed);
        events.next({ data: 'one' });
        const answer = (await response).resume();
        answered = true;
        events.next({ data: 'two' });
        events.complete();
        await once(answer, 'end');
        expect(answer.headers['set-cookie']).toBeUndefined();
        expect(heard.names).toContain('droppedChange');
        expect(heard.names).not.toContain('created');
      }));
  });
}

async function fetchWhole(response: Promise<Response>): Promise<void> {
  await (await response).arrayBuffer();
}

function hasKey(answer: unknown, key: string): boolean {
  return (answer as { data: Record<string, unknown> }).data[key] === true;
}
