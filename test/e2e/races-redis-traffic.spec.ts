import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { pipeline } from '../support/raw-http.js';
import { RedisServer } from '../support/servers/redis.js';
import { storedKeys } from '../support/stored-keys.js';
import { post, RacesController } from './races-table.js';

for (const platform of platforms) {
  for (const commit of ['interceptor', 'response'] as const) {
    describe(`${platform}, commit: ${commit}`, () => {
      let server: RedisServer;
      let running: RunningApp;
      beforeAll(async () => {
        server = await RedisServer.start();
        const session = { commit, type: 'redis' as const, redis: { url: server.url } };
        running = await startApp({ platform, session, controllers: [RacesController] });
      });
      afterAll(async () => {
        await running.close();
        await server.stop();
      });

      for (const path of ['/untouched', '/read']) {
        // In the nightly form, 10 000 at each of the two routes over the four applications.
        it(`ASVS 7.6.2: keeps nothing of visitors without a cookie at ${path}, and asks Redis nothing`, async () => {
          const batches = process.env['TEST_FULL'] === '1' ? 5 : 1;
          const statuses: number[] = [];
          const counts = await server.commandCounts(async () => {
            for (let batch = 0; batch < batches; batch++) statuses.push(...(await pipeline(running.url, path, 500)));
          });

          expect(statuses).toEqual(Array.from({ length: 500 * batches }, () => 200));
          expect(counts).toEqual({});
          expect(await storedKeys(running.app, server)).toEqual([]);
        });
      }

      it('asks Redis nothing for a route that does not touch the session, whatever cookie comes', async () => {
        const jar = running.jar();
        await jar.fetch('/set/seed', post);
        expect(await server.commandCounts(() => jar.fetch('/untouched'))).toEqual({});
      });

      it('reads with one command', async () => {
        const jar = running.jar();
        await jar.fetch('/set/seed', post);
        expect(await server.commandCounts(() => jar.fetch('/read'))).toEqual({ get: 1 });
      });

      it('reads and writes with two: one read, one script', async () => {
        const jar = running.jar();
        await jar.fetch('/set/seed', post);
        const counts = await server.commandCounts(() => jar.fetch('/set/more', post));
        // What the script runs inside the server is counted there, too, and travels over no wire.
        expect(counts).toEqual({ get: 2, evalsha: 1, set: 1 });
      });

      it('creates a session with one script, and no read', async () => {
        const counts = await server.commandCounts(() => running.jar().fetch('/set/seed', post));
        expect(counts).toEqual({ get: 1, evalsha: 1, set: 1 });
      });
    });
  }
}
