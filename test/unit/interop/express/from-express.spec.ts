import { describe, expect, it } from '@jest/globals';
import { SessionConfigError } from '../../../../lib/errors.js';
import fc from 'fast-check';
import type { ForeignReading, ForeignSession } from '../../../../lib/session/foreign-session.js';
import {
  encodeExpressCookie,
  fromExpress,
  type ExpressRecords,
  type FromExpressOptions,
} from '../../../../lib/interop/express/index.js';

const keys = { secretKey: 'keyboard cat' };
const id = 'QzqKRJXHMHM5k-0rGZo_f1wPbaUlIJsd';
const cookie = encodeExpressCookie(id, keys);
const now = Date.parse('2024-02-29T12:30:45.000Z');

/** Records that are kept here, and the ids that were asked for. */
class KeptRecords implements ExpressRecords {
  readonly asked: string[] = [];
  readonly kept = new Map<string, Awaited<ReturnType<ExpressRecords['get']>>>();

  constructor(
    stored: Awaited<ReturnType<ExpressRecords['get']>>,
    readonly liveOnly?: boolean,
  ) {
    this.kept.set(id, stored);
  }

  async get(asked: string): ReturnType<ExpressRecords['get']> {
    this.asked.push(asked);
    return this.kept.get(asked) ?? null;
  }

  async delete(asked: string): Promise<void> {
    this.kept.delete(asked);
  }
}

type Options = Partial<Omit<FromExpressOptions, 'records'>>;

const sourceOf = (records: ExpressRecords, options: Options = {}) => fromExpress({ ...keys, records, ...options });
const readOf = (data: object, options: Options = {}) =>
  sourceOf(new KeptRecords(JSON.stringify({ cookie: {}, ...data })), options).read(cookie, now);

describe('a source of the sessions of Express', () => {
  it('takes the data apart from what Express, Passport and connect-flash keep among them', async () => {
    const { remove, ...session } = sessionIn(
      await readOf({
        cookie: { originalMaxAge: 60_000, expires: '2024-02-29T12:31:45.000Z', httpOnly: true, path: '/' },
        passport: { user: '42' },
        flash: { info: ['Hello', 'again'], error: ['Bad'] },
        cart: [{ qty: 1 }],
      }),
    );
    expect(session).toStrictEqual({
      data: { cart: [{ qty: 1 }] },
      permanent: true,
      flashes: [
        { category: 'info', message: 'Hello' },
        { category: 'info', message: 'again' },
        { category: 'error', message: 'Bad' },
      ],
      userId: '42',
      expiresAt: null,
    });
    await expect(remove()).resolves.toBeUndefined();
  });

  it('is named connect.sid, on every path of its own host, and leaves the old session, unless it is told otherwise', () => {
    const records = new KeptRecords(null);
    expect(sourceOf(records)).toMatchObject({ framework: 'Express', cookieName: 'connect.sid', old: 'keep' });
    expect(sourceOf(records)).toMatchObject({ cookiePath: undefined, cookieDomain: undefined });
    const told = { cookieName: 'sid', old: 'remove', cookiePath: '/shop', cookieDomain: 'shop.example' } as const;
    expect(sourceOf(records, told)).toMatchObject(told);
  });

  it('takes the cookie of any of the secrets, and gives one key for every spelling of it', async () => {
    const records = new KeptRecords('{"cookie":{},"a":1}');
    const source = fromExpress({ secretKey: 'new', fallbacks: ['older', keys.secretKey], records });
    for (const value of [cookie, decodeURIComponent(cookie), cookie.replace('%3A', '%3a')]) {
      expect(source.keyOf(value, now)).toBe(id);
      expect(sessionIn(await source.read(value, now))).toMatchObject({ data: { a: 1 } });
    }
  });

  it('asks for no record where the cookie is not signed', async () => {
    const records = new KeptRecords('{"cookie":{},"a":1}');
    for (const value of ['', id, `s:${id}`, `${cookie}A`, encodeExpressCookie(id, { secretKey: 'another' })]) {
      expect(sourceOf(records).keyOf(value, now)).toBeNull();
      expect(await sourceOf(records).read(value, now)).toBeNull();
    }
    expect(records.asked).toEqual([]);
  });

  it('has nothing where there is no record', async () => {
    expect(await sourceOf(new KeptRecords(null)).read(cookie, now)).toBeNull();
    const nothing: unknown = undefined;
    const records = { get: async () => nothing as null };
    expect(await sourceOf(records).read(cookie, now)).toBeNull();
  });

  it('has nothing in a session that nobody wrote to', async () => {
    expect(await readOf({})).toBeNull();
    expect(await readOf({ flash: {} })).toBeNull();
    expect(await readOf({ passport: { user: 7 } })).toMatchObject({ session: { userId: 7, data: {} } });
  });

  it.each<[boolean, object]>([
    [false, {}],
    [false, { originalMaxAge: null, expires: null }],
    [false, { originalMaxAge: false, expires: false }],
    [true, { originalMaxAge: 60_000 }],
    [true, { originalMaxAge: -1 }],
    [true, { expires: '2100-01-01T00:00:00.000Z' }],
  ])('is permanent: %s, with the cookie %j', async (permanent, kept) => {
    expect(sessionIn(await readOf({ cookie: kept, a: 1 })).permanent).toBe(permanent);
  });

  it.each(['2024-02-29T12:30:45.000Z', '1970-01-01T00:00:00.000Z'])(
    'has nothing in a record that has ended, at %s, unless its records are always live',
    async (expires) => {
      const stored = JSON.stringify({ cookie: { originalMaxAge: 1, expires }, a: 1 });
      expect(await sourceOf(new KeptRecords(stored)).read(cookie, now)).toBeNull();
      expect(await sourceOf(new KeptRecords(stored, false)).read(cookie, now)).toBeNull();
      // A visit extends a session in its store, and not in its record.
      expect(await sourceOf(new KeptRecords(stored, true)).read(cookie, now)).toMatchObject({
        session: { data: { a: 1 } },
      });
    },
  );

  it('has a session that ends in a millisecond', async () => {
    expect(await readOf({ cookie: { expires: '2024-02-29T12:30:45.001Z' }, a: 1 })).toMatchObject({ session: {} });
  });

  it('takes the object that a store has made of a record, times as they are', async () => {
    const since = new Date(0);
    const stored = { cookie: { originalMaxAge: 60_000, expires: new Date(now + 1) }, since, bytes: Buffer.from('a') };
    const session = sessionIn(await sourceOf(new KeptRecords(stored)).read(cookie, now));
    expect(session).toMatchObject({ permanent: true, data: { since, bytes: Buffer.from('a') } });
    const ended = { ...stored, cookie: { expires: new Date(now) } };
    expect(await sourceOf(new KeptRecords(ended)).read(cookie, now)).toBeNull();
  });

  it.each<[string, string | Uint8Array]>([
    ['It is not JSON in UTF-8.', '{"cookie":'],
    ['It is not JSON in UTF-8.', Buffer.from([0x22, 0xff, 0x22])],
    ['It is not JSON in UTF-8.', Buffer.from('80059508000000000000007d948c0161944b01732e', 'hex')],
    ['It is not an object.', '[]'],
    ['It is not an object.', 'null'],
    ['It has no cookie.', '{"a":1}'],
    ['The maxAge of its cookie is not a number.', '{"cookie":{"originalMaxAge":"1"}}'],
    ['The expiry of its cookie is not a time.', '{"cookie":{"expires":"soon"}}'],
    ['A key is named __proto__.', '{"cookie":{},"a":{"__proto__":{"isAdmin":true}}}'],
    ['It is nested too deeply.', `{"cookie":{},"a":${'['.repeat(5000)}${']'.repeat(5000)}}`],
  ])('says what is wrong with a record that cannot be read: %s', async (refused, stored) => {
    expect(await sourceOf(new KeptRecords(stored)).read(cookie, now)).toEqual({ refused });
  });

  it('says what is wrong with what a store gives', async () => {
    const given: unknown[] = [42, true, [], { a: 1 }, { cookie: {}, a: JSON.parse('{"__proto__":1}') as unknown }];
    const readings = given.map((stored) => sourceOf({ get: async () => stored as string }).read(cookie, now));
    expect(await Promise.all(readings)).toEqual([
      { refused: 'It is not an object.' },
      { refused: 'It is not an object.' },
      { refused: 'It is not an object.' },
      { refused: 'It has no cookie.' },
      { refused: 'A key is named __proto__.' },
    ]);
  });

  it('never shows what is in a record that it refuses, and never throws', async () => {
    const secret = 'a-secret-in-the-record';
    const records = fc.string({ unit: 'binary' }).map((text) => `{"cookie":{},"${secret}":"${text}`);
    await fc.assert(
      fc.asyncProperty(fc.oneof(records, fc.uint8Array(), fc.json()), async (stored) => {
        const reading = await sourceOf(new KeptRecords(stored)).read(cookie, now);
        expect(reading !== null && 'refused' in reading ? reading.refused : '').not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });

  it.each<object>([
    {},
    { passport: {} },
    { passport: null },
    { passport: 'ada' },
    { passport: ['ada'] },
    { passport: { user: '' } },
    { passport: { user: true } },
    { passport: { user: { id: 7 } } },
  ])('finds nobody in %j, and leaves it among the data', async (data) => {
    expect(sessionIn(await readOf({ ...data, a: 1 }))).toMatchObject({ userId: null, data });
  });

  it('finds number 0', async () => {
    expect(sessionIn(await readOf({ passport: { user: 0 } }))).toMatchObject({ userId: 0, data: {} });
  });

  it('asks the application who is logged in, where it says how, and then leaves what Passport keeps', async () => {
    const session = sessionIn(
      await readOf(
        { account: { id: 7 }, passport: { user: '42' } },
        { userId: ({ account }) => (account as { id: number }).id },
      ),
    );
    expect(session).toMatchObject({ userId: 7, data: { account: { id: 7 }, passport: { user: '42' } } });
  });

  it.each<[string, unknown]>([
    ['a text', 'Hello'],
    ['a list', ['Hello']],
    ['texts without lists', { info: 'Hello' }],
    ['messages that are no texts', { info: [{ text: 'Hello' }] }],
  ])('leaves %s under flash, which is not connect-flash’s, among the data', async (_, flash) => {
    expect(sessionIn(await readOf({ flash }))).toMatchObject({ flashes: [], data: { flash } });
  });

  it.each(['sync', 'async'])('lets the application make other data of them (%s)', async (kind) => {
    const make = ({ basket, ...rest }: Record<string, unknown>) => ({ ...rest, cart: basket });
    const convert: FromExpressOptions['convert'] = kind === 'sync' ? make : async (data) => make(data);
    const stored = { basket: ['apple'], passport: { user: 7 }, flash: { info: ['Hello'] } };
    expect(sessionIn(await readOf({ ...stored, a: 1 }, { convert }))).toMatchObject({
      userId: 7,
      flashes: [{ category: 'info', message: 'Hello' }],
      data: { a: 1, cart: ['apple'] },
    });
  });

  it('fails where the application’s conversion does, or gives no data', async () => {
    const fails = () => {
      throw new Error('no such shape');
    };
    await expect(readOf({ a: 1 }, { convert: fails })).rejects.toThrow('no such shape');
    const nothing: unknown = undefined;
    const forgets = () => nothing as Record<string, unknown>;
    await expect(readOf({ a: 1 }, { convert: forgets })).rejects.toThrow(TypeError);
  });

  it('fails where the store does', async () => {
    const records = { get: () => Promise.reject(new Error('away')) };
    await expect(sourceOf(records).read(cookie, now)).rejects.toThrow('away');
  });

  it('removes the record when asked to, where that can be done', async () => {
    const records = new KeptRecords('{"cookie":{},"a":1}');
    const session = sessionIn(await sourceOf(records).read(cookie, now));
    expect(records.kept.has(id)).toBe(true);
    await session.remove();
    expect(records.kept.has(id)).toBe(false);
    const readOnly = { get: async () => '{"cookie":{},"a":1}' };
    await expect(sessionIn(await sourceOf(readOnly).read(cookie, now)).remove()).resolves.toBeUndefined();
  });

  it('says when it is asked for its settings that they make no sense, and is no source', async () => {
    const records = new KeptRecords(null);
    const text: unknown = 'old';
    const source = fromExpress({ secretKey: '', fallbacks: text as string[], records });
    expect(source.check?.({ keyPrefix: 'session:' })).toEqual({
      problems: [
        { setting: 'secretKey', problem: 'expected a non-empty string or bytes' },
        { setting: 'fallbacks', problem: 'expected an array of secrets' },
      ],
      warnings: [],
    });
    expect(() => source.keyOf(cookie, now)).toThrow(SessionConfigError);
    await expect(source.read(cookie, now)).rejects.toThrow(SessionConfigError);
  });

  it('tells of a secret that is easily guessed', () => {
    const source = fromExpress({ secretKey: 'keyboard cat', records: new KeptRecords(null) });
    expect(source.check?.({ keyPrefix: null }).warnings).toEqual([
      expect.stringContaining('secretKey is a known example value'),
    ]);
  });
});

function sessionIn(reading: ForeignReading): ForeignSession {
  if (reading === null || !('session' in reading)) throw new Error('There is no session.');
  return reading.session;
}
