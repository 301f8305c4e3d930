import { afterAll, beforeAll, describe } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { combinations } from '../support/combinations.js';
import { startApp, type AppSetup, type PlatformName, type RunningApp } from '../support/app.js';
import { FailingStore } from '../support/failing-store.js';
import type { Surroundings } from '../support/surroundings.js';

/** The servers that the cases of HTTP run on: `node` is a small adapter of the tests, right on node:http. */
export const servers: readonly PlatformName[] = ['express', 'fastify', 'node'];
export const commits = ['interceptor', 'response'] as const;
export type Commit = (typeof commits)[number];

/** What a case of the table is run with; `running` is there once the tests run. */
export interface Row {
  readonly platform: PlatformName;
  readonly commit: Commit;
  readonly running: RunningApp;
  readonly store: FailingStore;
}

/** What changes no answer, and must change nothing here. Compression changes answers, and so has a table of its own. */
const around: readonly Surroundings[] = ['nothing', 'an agent that traces requests', 'a parent application'];

/** Runs the cases on every server, with both ways to commit and behind what others do to responses, each against an application. */
export function onEveryServer(setup: AppSetup, cases: (row: () => Row) => void): void {
  for (const { platform, commit, around: outer } of combinations({ platform: servers, commit: commits, around })) {
    describe(`on ${platform}, commit: ${commit}, behind ${outer}`, () => {
      const store = new FailingStore();
      let running: RunningApp;
      beforeAll(async () => {
        running = await startApp({ ...setup, platform, around: outer, session: { store, commit, ...setup.session } });
      });
      afterAll(() => running.close());
      cases(() => ({ platform, commit, running, store }));
    });
  }
}

/** Node's response behind a platform's. */
export function rawResponse(response: object): ServerResponse {
  return ('raw' in response ? response.raw : response) as ServerResponse;
}

/** How many calls of each kind `work` makes to the store. */
export async function callsDuring(store: FailingStore, work: () => Promise<unknown>): Promise<FailingStore['calls']> {
  const before = { ...store.calls };
  await work();
  const now = store.calls;
  return {
    read: now.read - before.read,
    write: now.write - before.write,
    touch: now.touch - before.touch,
    delete: now.delete - before.delete,
  };
}

/** The Set-Cookie lines of the session. */
export function sessionCookies(response: Response): string[] {
  return response.headers.getSetCookie().filter((line) => line.startsWith('session='));
}
