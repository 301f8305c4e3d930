import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { WsAdapter } from '@nestjs/platform-ws';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { CookieJar } from '../support/jar.js';
import { setEnvironment, settings, startExample, type RunningExample } from './example.js';

const post = { method: 'POST' };
let running: RunningExample;
let unset: () => void;

beforeAll(async () => {
  unset = setEnvironment(settings);
  running = await startExample('gateway/app.module.ts', 'AppModule', {
    prepare: (app) => {
      app.useWebSocketAdapter(new WsAdapter(app));
    },
  });
});

afterAll(async () => {
  await running.close();
  unset();
});

function connect(jar: CookieJar): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${String(running.port)}/chat`, { headers: { cookie: jar.header } });
}

/** What the next message with that event says. */
function next(socket: WebSocket, event: string): Promise<unknown> {
  return new Promise((resolve) => {
    socket.on('message', (bytes: Buffer) => {
      const message = JSON.parse(bytes.toString()) as { readonly event: string; readonly data?: unknown };
      if (message.event === event) resolve(message.data);
    });
  });
}

it('accepts sockets of users only', async () => {
  const [, response] = (await once(connect(running.jar()), 'unexpected-response')) as [unknown, { statusCode: number }];
  expect(response.statusCode).toBe(401);
});

it('tells everybody what a user says, counts it in the session, and closes the socket at the logout', async () => {
  const [ada, ben] = [running.jar(), running.jar()];
  await ada.fetch('/login/1', post);
  await ben.fetch('/login/2', post);
  const [hers, his] = [connect(ada), connect(ben)];
  await Promise.all([once(hers, 'open'), once(his, 'open')]);
  const [said, counted] = [next(his, 'said'), next(hers, 'counted')];
  hers.send(JSON.stringify({ event: 'say', data: 'Hello' }));
  expect([await said, await counted]).toEqual([{ by: 'Ada', text: 'Hello' }, 1]);

  const closed = once(hers, 'close');
  await ada.fetch('/logout', post);
  expect((await closed)[0]).toBe(4401);
  const left = once(his, 'close');
  his.close();
  await left;
});
