import { expect, it } from '@jest/globals';
import { Controller, Get, Header, Post, Req } from '@nestjs/common';
import { Passive, Session } from 'nestjs-session-auth';
import { onEveryServer, sessionCookies, servers } from './http-table.js';
import { startApp } from '../support/app.js';

@Controller()
class PageController {
  @Get('page')
  @Header('Cache-Control', 'public, max-age=60')
  page() {
    return 'the same for everybody';
  }

  @Get('plain')
  plain() {
    return 'the same for everybody';
  }

  @Get('mine')
  mine(@Session() session: Session) {
    return { data: session };
  }

  @Get('requests')
  requests(@Req() request: { readonly raw?: object; readonly session?: { n?: number } }) {
    return { n: request.session?.n ?? null };
  }

  @Post('set')
  set(@Session() session: Session) {
    session.set('n', 1);
    return {};
  }

  @Get('passive')
  @Passive()
  passive() {
    return 'the same for everybody';
  }
}

const headersOf = (response: Response): (string | null)[] =>
  ['vary', 'cache-control'].map((name) => response.headers.get(name));

for (const platform of servers.filter((name) => name !== 'node')) {
  for (const commit of ['interceptor', 'response'] as const) {
    it(`says that an answer depends on the session only where somebody has asked for it, eager, on ${platform}, commit: ${commit}`, async () => {
      const running = await startApp({ platform, controllers: [PageController], session: { eager: true, commit } });
      try {
        const jar = running.jar();
        for (const path of ['/plain', '/passive']) expect(headersOf(await jar.fetch(path))).toEqual([null, null]);
        expect(headersOf(await jar.fetch('/mine'))).toEqual(['Cookie', 'private']);
        expect(headersOf(await jar.fetch('/requests'))).toEqual(['Cookie', 'private']);
        const first = await jar.fetch('/set', { method: 'POST' });
        expect([sessionCookies(first).length, ...headersOf(first)]).toEqual([1, 'Cookie', 'no-store']);
        expect(headersOf(await jar.fetch('/page'))).toEqual([null, 'public, max-age=60']);
        expect(headersOf(await jar.fetch('/plain'))).toEqual([null, null]);
        expect(await jar.json('/requests')).toEqual({ n: 1 });
      } finally {
        await running.close();
      }
    });
  }
}

onEveryServer({ controllers: [PageController] }, (row) => {
  it('says so of no route that is passive, and has no use of the session besides', async () => {
    const jar = row().running.jar();
    await jar.fetch('/set', { method: 'POST' });
    const response = await jar.fetch('/passive');
    expect([sessionCookies(response), ...headersOf(response)]).toEqual([[], null, null]);
  });
});
