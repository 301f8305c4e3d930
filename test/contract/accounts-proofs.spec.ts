import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import session from 'express-session';
import { Keyv } from 'keyv';
import { MemoryAccountRepository } from '../../lib/accounts/repository/memory-account-repository.js';
import { changedAccount } from '../../lib/accounts/repository/account.js';
import { type Claim, Proofs } from '../../lib/accounts/proofs/proofs.js';
import { KeyRing } from '../../lib/cookie/key-ring.js';
import { NoStore } from '../../lib/session/sealed-no-store.js';
import { FilesystemStore } from '../../lib/stores/filesystem/index.js';
import { ConnectStore } from '../../lib/stores/connect/index.js';
import { KeyvStore } from '../../lib/stores/keyv/index.js';
import { LmdbStore } from '../../lib/stores/lmdb/index.js';
import { create as createMemcached } from '../../lib/stores/memcached/create.js';
import { MemoryStore } from '../../lib/stores/memory/index.js';
import { NullStore } from '../../lib/stores/null/index.js';
import { create as createRedis } from '../../lib/stores/redis/create.js';
import type { SessionStore } from '../../lib/stores/session-store.js';
import { create as createSql } from '../../lib/stores/sql/create.js';
import { standaloneContext } from '../../lib/stores/store-context.js';
import { withTimeLimit } from '../../lib/stores/time-limit.js';
import { FailingStore } from '../support/failing-store.js';
import { MemcachedServerProcess } from '../support/servers/memcached.js';
import { PostgresServer } from '../support/servers/postgres.js';
import { RedisServer } from '../support/servers/redis.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { sqlSettings } from './sql-settings.js';

const keys = new KeyRing('k'.repeat(32));
const hour = 3_600_000;
const proof = { purpose: 'reset', accountId: 'ada', epoch: 3, data: { note: 'a secret note' }, validFor: hour };

interface Clock {
  ahead: number;
}

interface Made {
  readonly clock?: Clock;
  readonly ring?: KeyRing;
  readonly report?: (error: unknown) => void;
}

function proofsIn(store: SessionStore, { clock = { ahead: 0 }, ring = keys, report = rethrow }: Made = {}): Proofs {
  return new Proofs({ keyPrefix: 'session:' }, store, ring, { now: () => Date.now() + clock.ahead, report });
}

function rethrow(error: unknown): never {
  throw error;
}

async function claimed(proofs: Proofs, token: string, purpose = 'reset'): Promise<Claim> {
  const claim = await proofs.claim(purpose, token);
  if (claim === null) throw new Error('nothing was claimed');
  return claim;
}

interface Subject {
  readonly name: string;
  /** Another instance on the same data at each call, if there can be any. */
  open(): SessionStore | Promise<SessionStore>;
  start?(): Promise<void>;
  stop?(): Promise<void>;
}

function subjects(): Subject[] {
  const memory = new MemoryStore();
  const files = temporaryFolder('proofs-files');
  const lmdb = temporaryFolder('proofs-lmdb');
  let redis: RedisServer;
  let postgres: PostgresServer;
  let memcached: MemcachedServerProcess;
  return [
    { name: 'memory', open: () => memory },
    { name: 'files', open: () => new FilesystemStore({ dir: files.path }), stop: async () => files.remove() },
    { name: 'LMDB', open: () => new LmdbStore({ path: lmdb.path }), stop: async () => lmdb.remove() },
    {
      name: 'Redis',
      open: () => createRedis({ url: redis.url, client: null }, standaloneContext),
      start: async () => {
        redis = await RedisServer.start();
      },
      stop: () => redis.stop(),
    },
    {
      name: 'PostgreSQL',
      open: () => createSql(sqlSettings(postgres.url)),
      start: async () => {
        postgres = await PostgresServer.start();
      },
      stop: () => postgres.stop(),
    },
    {
      name: 'memcached',
      open: () => createMemcached({ servers: [memcached.address], owners: false, client: null }, standaloneContext),
      start: async () => {
        memcached = await MemcachedServerProcess.start();
      },
      stop: () => memcached.stop(),
    },
  ];
}

describe.each(subjects())('one-time proofs on $name', (subject) => {
  const opened: SessionStore[] = [];
  let store: SessionStore;
  let other: SessionStore;

  beforeAll(async () => {
    await subject.start?.();
    store = await subject.open();
    other = await subject.open();
    opened.push(store, other);
  });

  afterAll(async () => {
    for (const each of new Set(opened)) await each.close?.();
    await subject.stop?.();
  });

  it('prove what they were issued for, until they are used', async () => {
    const proofs = proofsIn(store);
    const token = await proofs.issue(proof);
    expect(token).toMatch(/^[A-Za-z0-9_-]{65}$/);
    const read = await proofsIn(other).read('reset', token);
    expect(read).toMatchObject({ purpose: 'reset', accountId: 'ada', epoch: 3, data: { note: 'a secret note' } });
    expect(read?.id).not.toBe('');
    const claim = await claimed(proofs, token);
    expect(claim.proof).toEqual(read);
    await claim.complete();
    expect(await proofs.read('reset', token)).toBeNull();
    expect(await proofs.claim('reset', token)).toBeNull();
  });

  it('are consumed once, however many try at once', async () => {
    const token = await proofsIn(store).issue(proof);
    const consumed = await Promise.all(
      Array.from({ length: 20 }, (_, index) => proofsIn(index % 2 === 0 ? store : other).consume('reset', token)),
    );
    expect(consumed.filter((one) => one !== null)).toMatchObject([
      { accountId: 'ada', data: { note: 'a secret note' } },
    ]);
    expect(await proofsIn(store).read('reset', token)).toBeNull();
    expect(await proofsIn(store).consume('reset', 'no token')).toBeNull();
  });

  it('are claimed once, however many try at once', async () => {
    const token = await proofsIn(store).issue(proof);
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, index) => proofsIn(index % 2 === 0 ? store : other).claim('reset', token)),
    );
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  });

  it('are used once, however many use them at once, in whatever order', async () => {
    const proofs = proofsIn(store);
    const token = await proofs.issue(proof);
    let uses = 0;
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const claim = await proofs.claim('reset', token);
        if (claim === null) return;
        uses++;
        await claim.complete();
      }),
    );
    expect(uses).toBe(1);
  });

  it('are given back if the change failed', async () => {
    const proofs = proofsIn(store);
    const token = await proofs.issue(proof);
    const claim = await claimed(proofs, token);
    expect(await proofs.claim('reset', token)).toBeNull();
    await claim.release();
    const again = await claimed(proofs, token);
    await again.complete();
    expect(await proofs.claim('reset', token)).toBeNull();
  });

  it('are free again 30 seconds after a crash, and a late release takes them from nobody', async () => {
    const clock = { ahead: 0 };
    const proofs = proofsIn(store, { clock });
    const token = await proofs.issue(proof);
    const crashed = await claimed(proofs, token);
    clock.ahead = 29_000;
    expect(await proofs.claim('reset', token)).toBeNull();
    clock.ahead = 31_000;
    const second = await claimed(proofs, token);
    await crashed.release();
    expect(await proofs.claim('reset', token)).toBeNull();
    await second.complete();
    expect(await proofs.read('reset', token)).toBeNull();
  });

  it('change nothing twice after a crash between the change and the end of the claim', async () => {
    const repository = new MemoryAccountRepository();
    const made = await repository.create({ email: 'ada@example.com', emailKey: '1:ada@example.com' });
    if (!('created' in made)) throw new Error('not created');
    const { id, epoch } = made.created;
    const clock = { ahead: 0 };
    const proofs = proofsIn(store, { clock });
    const token = await proofs.issue({ ...proof, accountId: id, epoch });
    const reset = async (claim: Claim, password: string): Promise<boolean> => {
      const account = await repository.find(id);
      if (account?.epoch !== claim.proof.epoch) return false;
      const changed = changedAccount(account, { password, epoch: account.epoch + 1 });
      return 'updated' in (await repository.update(changed, account.version));
    };
    expect(await reset(await claimed(proofs, token), 'first')).toBe(true);
    clock.ahead = 31_000;
    expect(await reset(await claimed(proofs, token), 'second')).toBe(false);
    expect((await repository.find(id))?.password).toBe('first');
  });

  it('are good for the three newest of an account, which all end when one is used', async () => {
    const proofs = proofsIn(store);
    const of = { ...proof, accountId: `grace-${subject.name}`, newest: 3 };
    const tokens: string[] = [];
    for (let index = 0; index < 4; index++) tokens.push(await proofs.issue({ ...of, data: { index } }));
    const [first = '', second = '', third = '', fourth = ''] = tokens;
    expect(await proofs.read('reset', first)).toBeNull();
    for (const [index, token] of [second, third, fourth].entries()) {
      expect(await proofs.read('reset', token)).toMatchObject({ data: { index: index + 1 } });
    }
    const claim = await claimed(proofs, second);
    expect(await proofs.claim('reset', fourth)).toBeNull();
    await claim.complete();
    for (const token of tokens) expect(await proofs.read('reset', token)).toBeNull();
    const next = await proofs.issue(of);
    expect(await proofs.read('reset', next)).not.toBeNull();
  });

  it('are free where a newer one has replaced those that a crash has left claimed', async () => {
    const proofs = proofsIn(store);
    const of = { ...proof, accountId: `radia-${subject.name}`, newest: 1 };
    await claimed(proofs, await proofs.issue(of));
    const newer = await proofs.issue(of);
    await (await claimed(proofs, newer)).complete();
    expect(await proofs.read('reset', newer)).toBeNull();
  });

  it('of one account, used at once, are used once altogether', async () => {
    const proofs = proofsIn(store);
    const of = { ...proof, accountId: `joan-${subject.name}`, newest: 3 };
    const tokens = await Promise.all([proofs.issue(of), proofs.issue(of), proofs.issue(of)]);
    const claims = await Promise.all(tokens.flatMap((token) => [1, 2, 3, 4].map(() => proofs.claim('reset', token))));
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  });

  it('of others, and for other purposes, are left alone', async () => {
    const proofs = proofsIn(store);
    const tokens = await Promise.all([
      proofs.issue({ ...proof, newest: 3 }),
      proofs.issue({ ...proof, accountId: 'eve', newest: 3 }),
      proofs.issue({ ...proof, accountId: null }),
      proofs.issue({ ...proof, accountId: null }),
    ]);
    const elsewhere = await proofs.issue({ ...proof, purpose: 'email', newest: 3 });
    await (await claimed(proofs, tokens[0])).complete();
    for (const token of tokens.slice(1)) expect(await proofs.read('reset', token)).not.toBeNull();
    expect(await proofs.read('email', elsewhere)).not.toBeNull();
    expect(await proofs.read('reset', elsewhere)).toBeNull();
    expect(await proofs.claim('reset', elsewhere)).toBeNull();
  });

  it('expire', async () => {
    const clock = { ahead: 0 };
    const proofs = proofsIn(store, { clock });
    const of = { ...proof, accountId: `mary-${subject.name}`, newest: 3 };
    const short = await proofs.issue({ ...of, validFor: 1_000 });
    const long = await proofs.issue({ ...of, validFor: hour });
    clock.ahead = 2_000;
    expect(await proofs.read('reset', short)).toBeNull();
    expect(await proofs.claim('reset', short)).toBeNull();
    expect(await proofs.read('reset', long)).not.toBeNull();
  });

  it('are not proved by a token that is cut, changed, doubled or made up', async () => {
    const proofs = proofsIn(store);
    const token = await proofs.issue(proof);
    const another = await proofs.issue(proof);
    const wrong = [
      '',
      token.slice(0, -1),
      token.slice(1),
      `${token}A`,
      token + token,
      ` ${token}`,
      `${token}\0`,
      token.slice(0, 22) + another.slice(22),
      token.slice(0, -2) + (token.at(-2) === 'A' ? 'B' : 'A') + (token.at(-1) ?? ''),
      // The same bytes in another spelling.
      token.slice(0, -1) + String.fromCharCode((token.codePointAt(token.length - 1) ?? 0) + 1),
      'A'.repeat(65),
      'x'.repeat(1024 * 1024),
    ];
    for (const each of wrong) {
      expect(await proofs.read('reset', each)).toBeNull();
      expect(await proofs.claim('reset', each)).toBeNull();
    }
    expect(await proofs.read('reset', token)).not.toBeNull();
  });
});

describe('a one-time proof at rest', () => {
  /** Everything that was written. */
  class Written extends MemoryStore {
    readonly all: string[] = [];

    override write(...parameters: Parameters<MemoryStore['write']>): ReturnType<MemoryStore['write']> {
      this.all.push(parameters[0], Buffer.from(parameters[1]).toString());
      return super.write(...parameters);
    }

    // Among the sessions, so that it is seen here.
    override notes(): MemoryStore {
      return this;
    }
  }

  it('shows neither the token nor what it is about', async () => {
    const store = new Written();
    const token = await proofsIn(store).issue(proof);
    const written = store.all.join('\n');
    for (const hidden of [token.slice(0, 22), token.slice(22), 'a secret note']) expect(written).not.toContain(hidden);
    expect(store.all[0]).toMatch(/^session:proof:/);
  });

  it('opens under a former secret key, and not without it', async () => {
    const store = new MemoryStore();
    const token = await proofsIn(store).issue(proof);
    const renewed = new KeyRing('n'.repeat(32), ['k'.repeat(32)]);
    expect(await proofsIn(store, { ring: renewed }).read('reset', token)).toMatchObject({ data: proof.data });
    expect(await proofsIn(store, { ring: new KeyRing('n'.repeat(32)) }).read('reset', token)).toBeNull();
  });

  it('is nothing if others have written it', async () => {
    const store = new Written();
    const token = await proofsIn(store).issue(proof);
    const [key = ''] = store.all;
    for (const text of ['', '{', 'null', '[]', '{"entries":[{}],"claim":null}', '{"entries":[],"claim":{}}']) {
      await store.delete(key);
      await store.write(key, Buffer.from(text), hour, 'absent');
      expect(await proofsIn(store).read('reset', token)).toBeNull();
      expect(await proofsIn(store).claim('reset', token)).toBeNull();
    }
  });
});

describe('a store that fails while a proof is used', () => {
  it('fails the claim, and neither the change that has been made nor the reason why it was not', async () => {
    const store = new FailingStore();
    const reports: unknown[] = [];
    const proofs = proofsIn(store, { report: (error) => reports.push(error) });
    const token = await proofs.issue(proof);
    const claim = await claimed(proofs, token);
    store.fail();
    await claim.complete();
    await claim.release();
    expect(reports).toHaveLength(2);
    await expect(proofs.claim('reset', token)).rejects.toThrow();
  });
});

describe('the store of proofs', () => {
  const boot = (store: SessionStore, own: SessionStore | null = null): Proofs =>
    new Proofs({ keyPrefix: '' }, withTimeLimit(store, 1_000), keys, { now: Date.now, report: rethrow }, own);

  it.each([
    ['Keyv', new KeyvStore(new Keyv({ throwOnErrors: true }))],
    ['a store of express-session', new ConnectStore(new session.MemoryStore())],
    ['null', new NullStore()],
    ['cookie without revocations', new NoStore()],
  ])('is refused at boot where it is %s', (_, store) => {
    expect(() => boot(store)).toThrow(/proofs\.store/);
    expect(() => boot(new MemoryStore(), store)).toThrow(/proofs\.store/);
  });

  it('can be another than that of the sessions', async () => {
    const own = new MemoryStore();
    const proofs = boot(new NoStore(), own);
    const token = await proofs.issue(proof);
    expect(await proofsWith(own).read('reset', token)).not.toBeNull();
  });

  function proofsWith(own: SessionStore): Proofs {
    return boot(new NoStore(), own);
  }
});
