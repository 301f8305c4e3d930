import { afterAll, afterEach, beforeAll, describe, it } from '@jest/globals';
import type { RememberStore, SessionStore } from 'nestjs-session-auth';
import { LimitedRemember } from '../../lib/auth/remember/limited-remember.js';
import { StoredRemember } from '../../lib/auth/remember/stored-remember.js';
import { FilesystemStore } from '../../lib/stores/filesystem/index.js';
import { MemoryStore } from '../../lib/stores/memory/index.js';
import { create } from '../../lib/stores/redis/create.js';
import { standaloneContext } from '../../lib/stores/store-context.js';
import { RedisServer } from '../support/servers/redis.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { rememberStoreContract } from './remember-store-cases.js';

/** A store of remembered logins that an application might write, with a table in place of a map. */
class MapRemember extends StoredRemember {
  constructor() {
    super(new MemoryStore(), 'own:', Date.now);
  }
}

interface Subject {
  readonly name: string;
  start?(): Promise<void>;
  stop?(): Promise<void>;
  /** Called again, another instance on the same data. */
  open?(): SessionStore | Promise<SessionStore>;
  openRemember?(): RememberStore;
}

const folder = temporaryFolder('remember-contract');
let server: RedisServer | null = null;

const subjects: Subject[] = [
  { name: 'StoredRemember, memory', openRemember: () => new MapRemember() },
  { name: 'LimitedRemember', openRemember: () => new LimitedRemember(new MapRemember(), 2_000) },
  {
    name: 'StoredRemember, filesystem',
    open: () => new FilesystemStore({ dir: folder.path }),
    stop: () => Promise.resolve(folder.remove()),
  },
  {
    name: 'StoredRemember, Redis',
    open: () => create({ url: server?.url ?? null, client: null }, standaloneContext),
    start: async () => {
      server = await RedisServer.start();
    },
    stop: async () => {
      await server?.stop();
    },
  },
];

describe.each(subjects)('$name', ({ start, stop, open, openRemember }) => {
  const opened: SessionStore[] = [];
  beforeAll(async () => {
    await start?.();
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close?.();
  });
  afterAll(async () => {
    await stop?.();
  });

  async function instance(): Promise<RememberStore> {
    if (open === undefined) throw new Error('There is but one instance of this one.');
    const store = await open();
    opened.push(store);
    return new StoredRemember(store, 'contract:', Date.now);
  }

  for (const { name, run } of rememberStoreContract()) {
    it(name, async () => {
      const store = openRemember?.();
      await run(store === undefined ? { store: await instance(), anotherInstance: instance } : { store });
    });
  }
});
