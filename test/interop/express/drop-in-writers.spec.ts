import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from 'nestjs-session-auth/memory';
import type { Version, WriteResult } from '../../../lib/stores/session-store.js';
import { DropInServer, type Handler } from './drop-in-server.js';

/** A store that holds the first write until so many requests want to save, and whose second one can fail, before it arrives or after. */
class GatheringWrites extends MemoryStore {
  writes = 0;
  #missing: number;
  #release: () => void = () => undefined;
  readonly #gathered = new Promise<void>((resolve) => (this.#release = resolve));

  constructor(
    private readonly count: number,
    private readonly fault: 'before' | 'after' | null = null,
  ) {
    super();
    this.#missing = count;
  }

  /** One request more is about to save. */
  arrive(): void {
    if (--this.#missing === 0) setImmediate(this.#release);
  }

  override async write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
  ): Promise<WriteResult> {
    if (this.#missing < this.count) this.writes++;
    if (this.writes === 1) await this.#gathered;
    const fault = this.writes === 2 ? this.fault : null;
    if (fault === 'before') throw new Error('It did not arrive.');
    const result = await super.write(key, bytes, ttlMs, expected);
    if (fault === 'after') throw new Error('The answer was lost.');
    return result;
  }
}

let server: DropInServer;

afterEach(() => server.close());

describe('parallel requests of the drop-in that save one session', () => {
  /** As many requests push a key each; one whose save fails tries again, as an application may. */
  async function push(store: GatheringWrites, count: number): Promise<void> {
    const handler: Handler = (req, res) => {
      const { pathname, searchParams } = new URL(req.url ?? '', 'http://localhost');
      if (pathname === '/read') return res.end(JSON.stringify(req.session.list));
      (req.session.list ??= []).push(searchParams.get('key') ?? '');
      if (pathname === '/push') store.arrive();
      return req.session.save((failed?: unknown) => {
        if (failed === undefined || failed === null) res.end();
        else req.session.save(() => res.end());
      });
    };
    server = await DropInServer.start({ store, resave: false, saveUninitialized: false }, handler);
    const first = await server.get('/begin?key=first');
    const keys = Array.from({ length: count }, (_, index) => `key${String(index)}`);
    const answers = await Promise.all(keys.map((key) => server.again(first, `/push?key=${key}`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const list = (await (await server.again(first, '/read')).json()) as string[];
    expect(list.sort()).toEqual(['first', ...keys].sort());
  }

  it('cost a few writes for two hundred of them', async () => {
    const store = new GatheringWrites(200);
    await push(store, 200);
    expect(store.writes).toBeLessThanOrEqual(30);
  });

  it.each(['before', 'after'] as const)('save each change once where their write fails (%s)', async (fault) => {
    await push(new GatheringWrites(20, fault), 20);
  });
});
