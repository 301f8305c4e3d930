import { describe, expect, it } from '@jest/globals';
import { SessionTooLargeError } from '../../../lib/errors.js';
import { FlashList } from '../../../lib/session/flash.js';
import { mergeValue } from '../../../lib/session/merge.js';
import { JsonSerializer } from '../../../lib/session/serializer/json.js';
import { MsgpackSerializer } from '../../../lib/session/serializer/msgpack.js';
import { stateOf, type SessionObject } from '../../../lib/session/session.js';
import { errorOf, idOf, MINUTE, Setup } from './setup.js';

// What a visitor can make a session cost: in proportion to what is stored, and not to its square, nor to a number that was typed in.

/** Counts how often its parts are looked at. */
class Counted {
  looks = 0;
  readonly value: unknown[];

  constructor(parts: number) {
    this.value = new Proxy(new Array<unknown>(parts).fill(1), {
      get: (target, key, receiver): unknown => {
        if (typeof key === 'string' && /^\d+$/.test(key)) this.looks++;
        return Reflect.get(target, key, receiver);
      },
    });
  }
}

describe('mutate', () => {
  it('looks at a large value in proportion to the calls, and still runs all of them again', async () => {
    const setup = new Setup();
    const id = await setup.begin({ list: [] });
    const session = await setup.request(id);
    let copied = 0;
    const { copyOf } = setup.repository;
    setup.repository.copyOf = (key, value) => {
      if (Array.isArray(value)) copied += value.length;
      return copyOf.call(setup.repository, key, value);
    };
    const calls = 4_000;
    for (let call = 0; call < calls; call++) session.mutate('list', (list) => void (list as number[]).push(call));
    expect(copied).toBeLessThan(calls * 300);
    await (await setup.requestElsewhere(id)).set('list', ['theirs']).commit();
    await session.commit();
    expect((await setup.dataOf(id))?.['list']).toEqual(['theirs', ...Array.from({ length: calls }, (_, call) => call)]);
  });

  it.each<[string, unknown]>([
    ['a list', Array.from({ length: 9_000 }, (_, index) => index)],
    ['an object', Object.fromEntries(Array.from({ length: 9_000 }, (_, index) => [`k${String(index)}`, index]))],
    ['a Map', new Map(Array.from({ length: 4_000 }, (_, index) => [`k${String(index)}`, index]))],
    ['a Set', new Set(Array.from({ length: 9_000 }, (_, index) => index))],
    ['bytes', Buffer.alloc(600_000)],
  ])(
    'looks at a large value that was there seldom, and not around each of the first functions: %s',
    async (_, value) => {
      const setup = new Setup({ maxSize: 1_048_576 });
      const session = await setup.request(await setup.begin({ value }));
      let copies = 0;
      const { copyOf } = setup.repository;
      setup.repository.copyOf = (key, part) => {
        copies++;
        return copyOf.call(setup.repository, key, part);
      };
      for (let call = 0; call < 100; call++) session.mutate('value', (same) => same);
      // Two looks: what it was before a function, and after it; and what it must be by then.
      expect(copies).toBeLessThanOrEqual(6);
      expect(session.modified).toBe(false);
    },
  );

  it('finds a plain change of a large value between many functions, at the next look', async () => {
    const setup = new Setup();
    const id = await setup.begin({ list: Array.from({ length: 5_000 }, (_, index) => index) });
    const session = await setup.request(id);
    const list = session.get('list') as unknown[];
    for (let call = 0; call < 400; call++) {
      session.mutate('list', (items) => void (items as unknown[]).push(`run ${String(call)}`));
      if (call === 200) list.push('plain');
    }
    await (await setup.requestElsewhere(id)).set('other', 1).commit();
    await session.commit();
    const stored = (await setup.dataOf(id))?.['list'] as unknown[];
    expect(stored).toEqual(list);
    expect(stored).toHaveLength(5_401);
    expect(setup.heard('overwritten')).toEqual([]);
  });

  it('reads the stored record once, however many keys it is called for', async () => {
    const setup = new Setup();
    const id = await setup.begin(Object.fromEntries(Array.from({ length: 500 }, (_, key) => [`k${String(key)}`, key])));
    const session = await setup.request(id);
    const { decode } = setup.codec;
    let decoded = 0;
    setup.codec.decode = (bytes) => {
      decoded += bytes.length;
      return decode.call(setup.codec, bytes);
    };
    for (const key of session.keys()) session.mutate(key, (n) => (n as number) + 1);
    const { stored } = stateOf(session);
    expect(decoded).toBeLessThan(30 * (stored?.bytes.length ?? 0));
  });
});

describe('flash messages', () => {
  it('are added to the list that is there', () => {
    const session = new Setup().create();
    session.flash('info', '1');
    const { flashes } = stateOf(session);
    session.flash('info', '2');
    expect(stateOf(session).flashes).toBe(flashes);
    expect(session.flashes()).toHaveLength(2);
  });

  it('of one category are taken without a look at the others', () => {
    let looks = 0;
    const messages = Array.from({ length: 500 }, (_, index) => ({
      get category() {
        looks++;
        return `category ${String(index)}`;
      },
      message: 'm',
    }));
    const list = new FlashList(messages);
    for (let index = 0; index < 250; index++) {
      expect(list.take(`category ${String(index)}`)).toHaveLength(1);
      list.add({ category: 'new', message: String(index) });
    }
    expect(list.take('category 0')).toEqual([]);
    expect(list.all.map(({ message }) => message)).toEqual([
      ...Array.from({ length: 250 }, () => 'm'),
      ...Array.from({ length: 250 }, (_, index) => String(index)),
    ]);
    expect(looks).toBeLessThan(3 * 500);
  });

  it('that are left after their category was taken are there, in order', () => {
    const session = new Setup().create();
    for (const [category, message] of ['a1', 'b1', 'a2'].map((text) => [text.charAt(0), text] as const)) {
      session.flash(category, message);
    }
    expect(session.flashes('a').map(({ message }) => message)).toEqual(['a1', 'a2']);
    session.flash('a', 'a3');
    session.flash('b', 'b2');
    expect(session.flashes('c')).toEqual([]);
    expect(session.flashes('b').map(({ message }) => message)).toEqual(['b1', 'b2']);
    expect(session.flashes().map(({ message }) => message)).toEqual(['a3']);
    expect(session.flashes('a')).toEqual([]);
  });
});

describe('a merge', () => {
  it('looks at what lies deep as often as at what does not', () => {
    const looksAt = (depth: number): number => {
      const counted = new Counted(100);
      const nested = (leaf: unknown): unknown => {
        let value: unknown = { leaf, list: counted.value };
        for (let level = 0; level < depth; level++) value = { inner: value };
        return value;
      };
      mergeValue(nested(0), nested(1), nested(2), () => undefined);
      return counted.looks;
    };
    expect(looksAt(80)).toBe(looksAt(1));
  });
});

describe.each(['msgpack', 'json'] as const)('a list with one large index (%s)', (serializer) => {
  it('is refused before it is walked through, with a limit on values and without', async () => {
    for (const maxNodes of [20_000, null]) {
      const setup = new Setup({ serializer, maxSize: 1_048_576, maxNodes });
      const session = await setup.request(await setup.begin({ a: 1 }));
      const list: unknown[] = [];
      list[4_000_000_000] = 1;
      session.set('list', list);
      const error = await errorOf(() => session.commit());
      expect(error).toBeInstanceOf(SessionTooLargeError);
      expect(error.message).toMatch(/Largest keys: list \(more than \d+ values\)/);
    }
  });
});

describe('the limit on values', () => {
  it.each<[string, unknown]>([
    ['a list', Array.from({ length: 200 }, () => 1)],
    ['lists in lists', Array.from({ length: 70 }, () => [[]])],
    ['an object', Object.fromEntries(Array.from({ length: 200 }, (_, key) => [`k${String(key)}`, 1]))],
    ['a Map', new Map(Array.from({ length: 100 }, (_, key) => [key, 1]))],
    ['a Set', new Set(Array.from({ length: 200 }, (_, key) => key))],
  ])('counts what is in %s, and names the setting and the key', async (_, value) => {
    const setup = new Setup({ maxNodes: 128 });
    const session = setup.create({ small: 1, big: value });
    const error = await errorOf(() => session.commit());
    expect(error).toBeInstanceOf(SessionTooLargeError);
    expect(error.message).toMatch(/128 values, and SESSION_MAX_NODES \(maxNodes\) allows 128\. Largest keys: big/);
  });

  it('counts flash messages, too', async () => {
    const session = new Setup({ maxNodes: 128 }).create();
    for (let count = 0; count < 50; count++) session.flash('', '');
    expect(await errorOf(() => session.commit())).toBeInstanceOf(SessionTooLargeError);
  });

  it('holds for a serializer of the application as well', async () => {
    const own = {
      encode: (record: Readonly<Record<string, unknown>>) => Buffer.from(JSON.stringify(record)),
      decode: (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString()),
    };
    const setup = new Setup({ maxNodes: 128, serializer: own });
    const session = setup.create({ list: Array.from({ length: 100 }, () => 1) });
    await session.commit();
    expect(await setup.dataOf(idOf(session))).toHaveProperty('list');
    (session.get('list') as number[]).push(...Array.from({ length: 100 }, () => 1));
    expect(await errorOf(() => session.commit())).toBeInstanceOf(SessionTooLargeError);
  });

  it('is kept by what several requests make together', async () => {
    const setup = new Setup({ maxNodes: 128 });
    const id = await setup.begin({ a: 1 });
    const sessions = [await setup.request(id), await setup.request(id)];
    const list = Array.from({ length: 80 }, () => 1);
    const answers = await Promise.allSettled(
      sessions.map((session, index) => session.set(`key${String(index)}`, list).commit()),
    );
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(Object.keys((await setup.dataOf(id)) ?? {})).toEqual(['a', 'key0']);
  });
});

describe.each<[string, { readonly maxSize?: number; readonly maxNodes?: number | null }, unknown]>([
  ['bytes', { maxSize: 600 }, 'x'.repeat(1_000)],
  ['values', { maxNodes: 100 }, Array.from({ length: 300 }, () => 1)],
])('a session that is larger than is allowed now, in %s,', (_, limits, large) => {
  async function begin(userId?: string): Promise<{ setup: Setup; id: string }> {
    const wide = new Setup();
    const setup = new Setup({ ...limits, store: wide.memory });
    return { setup, id: await wide.begin({ large, small: 1 }, userId) };
  }

  it.each<[string, (session: SessionObject) => unknown]>([
    ['shrinks', (session) => session.pop('small')],
    ['changes without growing', (session) => session.set('small', 2)],
    ['shrinks below the limit', (session) => session.pop('large')],
  ])('%s', async (_name, change) => {
    const { setup, id } = await begin();
    const session = await setup.request(id);
    change(session);
    await session.commit();
    expect(await setup.dataOf(id)).toEqual(session.toJSON());
  });

  it('does not grow', async () => {
    const { setup, id } = await begin();
    const session = await setup.request(id);
    session.set('more', [1, 2, 3]);
    expect(await errorOf(() => session.commit())).toBeInstanceOf(SessionTooLargeError);
    expect(await setup.dataOf(id)).toEqual({ large, small: 1 });
  });

  it('is read, refreshed, confirmed, given a new id and ended', async () => {
    const { setup, id } = await begin('ann');
    const issuedAt = setup.time;
    setup.time += 4 * MINUTE;
    const read = await setup.request(id, issuedAt);
    await read.commit();
    expect([stateOf(read).issuedAt, read.get('large')]).toEqual([setup.time, large]);
    await read.regenerate();
    await setup.repository.confirm(read, { userId: 'ann', at: setup.time, factors: { password: setup.time } });
    await setup.repository.login(read, { userId: 'bob', at: setup.time });
    expect(await setup.dataOf(idOf(read))).toEqual({ large, small: 1 });
    await read.destroy();
    expect(await setup.keys()).toEqual([]);
  });

  it('takes in what several requests do to it that does not make it grow', async () => {
    const { setup, id } = await begin();
    const [one, two, three] = [await setup.request(id), await setup.request(id), await setup.request(id)];
    const answers = await Promise.allSettled([
      one.set('small', 2).commit(),
      two.set('more', large).commit(),
      (three.pop('small'), three.commit()),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});

it.each([new MsgpackSerializer(), new JsonSerializer()])('a walk ends at the limit that it is given', (serializer) => {
  const record = { d: { list: [1, [2], { a: 3 }] } };
  // The object, the list, three items, and one in each of two of them.
  expect(serializer.encode(record, 7)).toEqual(serializer.encode(record));
  expect(() => serializer.encode(record, 6)).toThrow();
});
