import { describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { Session } from 'nestjs-session-auth';
import { startApp, testSecret } from '../support/app.js';
import { FailingStore } from '../support/failing-store.js';
import { commits, servers } from './http-table.js';

@Controller()
class CountController {
  @Get('count')
  count(@Session() session: Session) {
    session.set('n', Number(session.get('n', 0)) + 1);
    return { n: session.get('n') };
  }
}

describe.each(servers)('several applications in one process on %s', (platform) => {
  it('have a session each, where they have a secret or a store each', async () => {
    const [one, other] = await Promise.all(
      ['one', 'other'].map((name) =>
        startApp({ platform, controllers: [CountController], session: { secretKey: `${name} ${testSecret}` } }),
      ),
    );
    try {
      const jar = one!.jar();
      expect(await jar.json('/count')).toEqual({ n: 1 });
      const foreign = await other!.jar().fetch('/count', { headers: { cookie: jar.header } });
      expect(await foreign.json()).toEqual({ n: 1 });
      expect(await jar.json('/count')).toEqual({ n: 2 });
    } finally {
      await Promise.all([one!.close(), other!.close()]);
    }
  });
});

describe.each(commits)('an application that is mounted in another one, commit: %s', (commit) => {
  it('has sessions of its own, and both set their cookies', async () => {
    const [outerStore, innerStore] = [new FailingStore(), new FailingStore()];
    const inner = await startApp({
      controllers: [CountController],
      session: { commit, store: innerStore, cookie: { name: 'inner' } },
    });
    const outer = await startApp({
      controllers: [CountController],
      session: { commit, store: outerStore, cookie: { name: 'outer' } },
      prepare: async (app) => {
        const { sessionMiddleware } = await import('nestjs-session-auth');
        app.use(sessionMiddleware(app));
        app.use((request: { session: { seen?: number } }, _response: unknown, next: () => void) => {
          request.session.seen = (request.session.seen ?? 0) + 1;
          next();
        });
        app.use('/inner', inner.app.getHttpAdapter().getInstance() as (...args: never[]) => void);
      },
    });
    try {
      const jar = outer.jar();
      const response = await jar.fetch('/inner/count');
      expect(await response.json()).toEqual({ n: 1 });
      expect(
        response.headers
          .getSetCookie()
          .map((line) => line.split('=')[0])
          .sort(),
      ).toEqual(['inner', 'outer']);
      expect(await jar.json('/count')).toEqual({ n: 1 });
      expect(await jar.json('/inner/count')).toEqual({ n: 2 });
      expect(await jar.json('/count')).toEqual({ n: 2 });
      expect([innerStore.calls.write, outerStore.calls.write]).toEqual([2, 4]);
    } finally {
      await outer.close();
      await inner.close();
    }
  });
});

describe.each(commits)('an application whose requests share their res.locals, commit: %s', (commit) => {
  it('shares no session among them', async () => {
    const shared = {};
    const running = await startApp({
      controllers: [CountController],
      session: { commit },
      prepare: (app) => {
        app.use((_request: unknown, response: { locals: object }, next: () => void) => {
          response.locals = shared;
          next();
        });
      },
    });
    try {
      const [one, other] = [running.jar(), running.jar()];
      expect(await one.json('/count')).toEqual({ n: 1 });
      expect(await one.json('/count')).toEqual({ n: 2 });
      expect(await other.json('/count')).toEqual({ n: 1 });
      expect(one.get('session')).not.toBe(other.get('session'));
    } finally {
      await running.close();
    }
  });
});

interface NodePackage {
  readonly NodeAdapter: new () => AbstractHttpAdapter;
}

describe("Nest's own NodeAdapter", () => {
  it('is what the cases on node are run on besides, where it can be had', async () => {
    const name = '@nestjs/platform-node';
    const found = (await import(name).catch((error: unknown) => ({ error }))) as Partial<NodePackage> & {
      error?: unknown;
    };
    const { NodeAdapter } = found;
    if (NodeAdapter === undefined) {
      process.stderr.write(`not run: the HTTP cases on ${name} (NodeAdapter), which is not installed\n`);
      expect(String(found.error)).toContain(name);
      return;
    }
    for (const commit of commits) {
      const running = await startApp({
        adapter: new NodeAdapter(),
        controllers: [CountController],
        session: { commit },
      });
      try {
        const jar = running.jar();
        for (const n of [1, 2, 3]) expect(await jar.json('/count')).toEqual({ n });
      } finally {
        await running.close();
      }
    }
  });
});
