import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { setImmediate, setTimeout as pause } from 'node:timers/promises';
import type { RememberRow, RememberStore, StoredRememberRow, UserId } from 'nestjs-session-auth';

/** A store to be tried, and how to come by another one. */
export interface RememberStoreHarness {
  /** Over data that nothing but the contract uses; it need not be empty. */
  readonly store: RememberStore;
  /** Another store on the same data, as another process of the application would have it. */
  readonly anotherInstance?: () => RememberStore | Promise<RememberStore>;
}

/** One thing that the law asks of a store of remembered logins. */
export interface RememberStoreCase {
  /** What the store does, to be read after its name. */
  readonly name: string;
  /** Resolves if the store does so; rejects with an `AssertionError` if not. */
  run(harness: RememberStoreHarness): Promise<void>;
}

const aMinute = 60_000;

/** All that the law asks, as cases that need no test runner. */
export function rememberStoreContract(): RememberStoreCase[] {
  return Object.entries(cases).map(([name, run]) => ({ name, run }));
}

const cases: Readonly<Record<string, (harness: RememberStoreHarness) => Promise<void>>> = {
  'reads null where there is no row': async ({ store }) => {
    assert.equal(await store.read(freshFamily()), null);
  },

  'gives a row back as it was handed in, whatever it has and has not': async ({ store }) => {
    const plain = aRow(freshUser());
    const rows = [
      plain,
      aRow(freshUser(), { previous: { validator: text(32), successor: text(100) }, isShown: true }),
      aRow(freshUser(), { idleTimeout: null, absoluteTimeout: 86_400_000, forced: true }),
      aRow(freshUser(), { extras: { name: 'é', count: 1.5, flag: false } }),
      aRow(freshUser(), { createdAt: 0, rotatedAt: 1_764_000_000_123.5 }),
      // A later version of the package may keep more.
      { ...aRow(freshUser()), somethingNew: { nested: ['é', null, 1.5] } },
      ...hostileUsers().map((user) => aRow(user)),
    ];
    for (const row of rows) {
      const family = await createdFor(store, row);
      assert.deepEqual((await present(store, family)).row, row);
      assert.deepEqual(await store.end(family), row);
    }
  },

  'is not changed by what the caller does to a row that it was given': async ({ store }) => {
    const family = await createdFor(store, aRow(freshUser()));
    const found = await present(store, family);
    Object.assign(found.row, { userId: 'somebody else' });
    assert.notEqual((await present(store, family)).row.userId, 'somebody else');
  },

  'replaces what was read, and gives what is there now to whoever has read something older': async ({ store }) => {
    const family = await createdFor(store, aRow(freshUser()));
    const first = await present(store, family);
    const [second, third] = [
      { ...first.row, isShown: true },
      { ...first.row, duration: 5_000 },
    ];
    assert.equal(await store.replace(family, second, first.version), 'replaced');
    const refused = await store.replace(family, third, first.version);
    assert.ok(typeof refused === 'object', 'a row was replaced that had not been read');
    assert.deepEqual(refused.row, second);
    assert.deepEqual((await present(store, family)).row, second);
    // What it gave serves for the next try.
    assert.equal(await store.replace(family, third, refused.version), 'replaced');
    assert.deepEqual((await present(store, family)).row, third);
  },

  'takes a replacement by what is there already for one, too': async ({ store }) => {
    const family = await createdFor(store, aRow(freshUser()));
    const { row, version } = await present(store, family);
    assert.equal(await store.replace(family, row, version), 'replaced');
    assert.deepEqual((await present(store, family)).row, row);
  },

  'lets one of twenty parallel replacements win, and shows it to the others': async (harness) => {
    const { store, other } = await open(harness);
    for (let round = 0; round < 5; round++) {
      const family = await createdFor(store, aRow(freshUser()));
      const { row, version } = await present(store, family);
      const versions = [version, (await present(other, family)).version];
      const results = await times(20, (index) =>
        (index % 2 === 0 ? store : other).replace(family, { ...row, duration: index + 1 }, versions[index % 2]),
      );
      const winners = results.flatMap((result, index) => (result === 'replaced' ? [index] : []));
      assert.equal(winners.length, 1);
      const kept = { ...row, duration: (winners[0] ?? 0) + 1 };
      assert.deepEqual((await present(store, family)).row, kept);
      for (const result of results) if (typeof result === 'object') assert.deepEqual(result.row, kept);
    }
  },

  'never brings a row back that has ended': async ({ store }) => {
    const family = await createdFor(store, aRow(freshUser()));
    const { row, version } = await present(store, family);
    assert.deepEqual(await store.end(family), row);
    assert.equal(await store.replace(family, row, version), 'gone');
    assert.equal(await store.read(family), null);
  },

  'gives the row to one of twenty that end it': async (harness) => {
    const { store, other } = await open(harness);
    const row = aRow(freshUser());
    const family = await createdFor(store, row);
    const ended = await times(20, (index) => (index % 2 === 0 ? store : other).end(family));
    assert.deepEqual(
      ended.filter((result) => result !== null),
      [row],
    );
    assert.equal(await store.end(family), null);
  },

  'ends the row that is there, also where it is replaced meanwhile': async (harness) => {
    const { store, other } = await open(harness);
    for (let round = 0; round < 50; round++) {
      const family = await createdFor(store, aRow(freshUser()));
      const { row, version } = await present(store, family);
      const [ended, result] = await Promise.all([
        turns(randomInt(3)).then(() => other.end(family)),
        turns(randomInt(3)).then(() => store.replace(family, { ...row, isShown: true }, version)),
      ]);
      assert.equal(ended?.isShown, result === 'replaced');
      assert.ok(result === 'replaced' || result === 'gone', 'a conflict with nobody');
      assert.equal(await store.read(family), null);
    }
  },

  'keeps a row until its `expiresAt`, for every method': async ({ store }) => {
    const { family, row, found } = await foundAlive(store, 150);
    const { version } = found;
    await absence(store, family);
    assert.ok(Date.now() >= row.expiresAt, 'the row was gone too early');
    assert.equal(await store.replace(family, row, version), 'gone');
    assert.equal(await store.end(family), null);
    assert.equal(await store.endAll(row.userId), 0);
  },

  'goes by the `expiresAt` of the row that is there now': async ({ store }) => {
    const later = Date.now() + aMinute;
    const { family: lengthened, row: longer } = await foundAlive(store, 400, (family, { row, version }) =>
      store.replace(family, { ...row, expiresAt: later }, version),
    );
    const shorter = aRow(freshUser());
    const shortened = await createdFor(store, shorter);
    const other = await present(store, shortened);
    const soon = Date.now() + 150;
    assert.equal(await store.replace(shortened, { ...shorter, expiresAt: soon }, other.version), 'replaced');
    await absence(store, shortened);
    while (Date.now() < longer.expiresAt + 20) await pause(20);
    assert.equal((await present(store, lengthened)).row.expiresAt, later);
  },

  'ends all that a user has, and says how many there were': async (harness) => {
    const { store, other } = await open(harness);
    const [user, another] = [freshUser(), freshUser()];
    const families = await times(5, (index) => createdFor(index % 2 === 0 ? store : other, aRow(user)));
    const foreign = await createdFor(store, aRow(another));
    assert.equal(await store.endAll(user), 5);
    assert.equal(await store.endAll(user), 0);
    for (const family of families) assert.equal(await other.read(family), null);
    await present(store, foreign);
  },

  'keeps families apart that differ by the case of a letter': async ({ store }) => {
    const family = `${text(15)}aa`;
    const user = freshUser();
    assert.equal(await store.create(family, aRow(user)), true);
    assert.equal(await store.create(family.replace(/aa$/, 'aA'), aRow(user)), true);
    assert.ok((await store.end(family)) !== null);
    await present(store, family.replace(/aa$/, 'aA'));
  },

  'leaves one out': async ({ store }) => {
    const user = freshUser();
    const [kept = '', ...others] = await times(4, () => createdFor(store, aRow(user)));
    assert.equal(await store.endAll(user, kept), 3);
    await present(store, kept);
    for (const family of others) assert.equal(await store.read(family), null);
    // One that is not there, or is not the user's, is left out as well.
    assert.equal(await store.endAll(user, freshFamily()), 1);
  },

  'finds a row that was replaced often as that of its user': async ({ store }) => {
    const user = freshUser();
    const family = await createdFor(store, aRow(user));
    for (let round = 0; round < 5; round++) {
      const { row, version } = await present(store, family);
      assert.equal(await store.replace(family, { ...row, duration: round + 1 }, version), 'replaced');
    }
    assert.equal(await store.endAll(user), 1);
    assert.equal(await store.read(family), null);
  },

  'keeps users apart whose ids are alike: a number and a text, and what looks like a path or a pattern': async ({
    store,
  }) => {
    const number = randomInt(1, 2 ** 40);
    const users: UserId[] = [number, String(number), -number, number + 0.5, ...hostileUsers()];
    const families = new Map<UserId, string>();
    for (const user of users) families.set(user, await createdFor(store, aRow(user)));
    const living = new Set(users);
    for (const user of users) {
      assert.equal(await store.endAll(user), 1, `not that of ${JSON.stringify(user)} alone`);
      living.delete(user);
      for (const [other, family] of families) assert.equal((await store.read(family)) !== null, living.has(other));
    }
  },

  'ends a row that is created meanwhile, or refuses it, or keeps it for the next time': async (harness) => {
    const { store, other } = await open(harness);
    for (let round = 0; round < 60; round++) {
      const user = freshUser();
      const before = await createdFor(store, aRow(user));
      const families = Array.from({ length: 4 }, freshFamily);
      const creations = families.map(async (family, index) => {
        await turns(randomInt(4));
        return (index % 2 === 0 ? store : other).create(family, aRow(user));
      });
      const ending = turns(randomInt(4)).then(() => (round % 2 === 0 ? store : other).endAll(user));
      const results = await Promise.all(creations);
      await ending;
      assert.equal(await store.read(before), null, 'a row lives that was there before');
      const rows = await Promise.all(families.map((family) => store.read(family)));
      for (const [index, isKept] of results.entries()) {
        if (!isKept) assert.equal(rows[index], null, 'a row lives whose creation was refused');
      }
      assert.equal(await store.endAll(user), rows.filter((row) => row !== null).length);
      for (const family of families) assert.equal(await store.read(family), null);
    }
  },
};

async function open(harness: RememberStoreHarness): Promise<{ store: RememberStore; other: RememberStore }> {
  return { store: harness.store, other: (await harness.anotherInstance?.()) ?? harness.store };
}

/** As the package makes them: 16 random bytes. */
function freshFamily(): string {
  return text(16);
}

function freshUser(): string {
  return `contract:${text(9)}`;
}

/** Ids that a store may mistake for something else, or for one another; each time others. */
function hostileUsers(): string[] {
  const mark = text(6);
  return [
    '',
    ' ',
    'e',
    'E',
    'é',
    'ü',
    '日本',
    '%',
    '_',
    '*',
    '\\',
    "'",
    '"',
    ':',
    '/../',
    '\u0000',
    '\n',
    '{}',
    'null',
  ].map((sign) => `${mark}${sign}${sign}x`);
}

function aRow(userId: UserId, fields: Partial<RememberRow> = {}): RememberRow {
  const now = Date.now();
  return {
    userId,
    validator: text(32),
    previous: null,
    rotatedAt: now,
    isShown: false,
    createdAt: now,
    expiresAt: now + aMinute,
    duration: aMinute,
    ...fields,
  };
}

function text(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}

/** Keeps a row, and gives its family. */
async function createdFor(store: RememberStore, row: RememberRow): Promise<string> {
  const family = freshFamily();
  assert.equal(await store.create(family, row), true);
  return family;
}

/**
 * Keeps a row for so many ms, finds it, and may replace it. On a machine so slow that the time of the row was over first, it does
 * so with another one.
 */
async function foundAlive(
  store: RememberStore,
  lifeMs: number,
  replace: (family: string, found: StoredRememberRow) => Promise<unknown> = () => Promise.resolve('replaced'),
): Promise<{ family: string; row: RememberRow; found: StoredRememberRow }> {
  for (;;) {
    const row = aRow(freshUser(), { expiresAt: Date.now() + lifeMs });
    const family = freshFamily();
    const isCreated = await store.create(family, row);
    const found = await store.read(family);
    if (isCreated && found !== null && (await replace(family, found)) === 'replaced') return { family, row, found };
    assert.ok(Date.now() >= row.expiresAt, 'the row was absent before its time');
  }
}

async function present(store: RememberStore, family: string): Promise<StoredRememberRow> {
  const found = await store.read(family);
  assert.ok(found !== null, 'the row is absent');
  return found;
}

/** Waits until the row is absent, by reading it over and over. */
async function absence(store: RememberStore, family: string): Promise<void> {
  while ((await store.read(family)) !== null) await pause(5);
}

function times<Result>(count: number, work: (index: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate();
}
