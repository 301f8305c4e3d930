import { describe, expect, it } from '@jest/globals';
import {
  encodeFlaskCookie,
  encodeFlaskSessionRecord,
  flaskSource,
  FlaskMarkup,
  FlaskTuple,
  FlaskUuid,
  signFlaskSessionId,
  type FlaskData,
  type FlaskReading,
  type FlaskRecords,
  type FlaskSession,
} from '../../../../lib/interop/flask/index.js';
import { issued, secretKey, signedJson } from './signed-cookie.js';

const id = 'A'.repeat(43);
const key = `session:${id}`;

/** Records that are kept here, and the keys that were asked for. */
class KeptRecords implements FlaskRecords {
  readonly asked: string[] = [];

  constructor(readonly kept: Map<string, Uint8Array>) {}

  async get(asked: string): Promise<Uint8Array | null> {
    this.asked.push(asked);
    return this.kept.get(asked) ?? null;
  }

  async delete(asked: string): Promise<void> {
    this.kept.delete(asked);
  }
}

const recordsOf = (data: FlaskData, format: 'msgpack' | 'json' = 'msgpack') =>
  new KeptRecords(new Map([[key, encodeFlaskSessionRecord(data, { format })]]));
const inCookie = (data: FlaskData) =>
  flaskSource({ secretKey }).read(encodeFlaskCookie(data, { secretKey, now: issued }), issued);

describe("a source of Flask's own sessions", () => {
  it('takes the data apart from what Flask keeps among them', async () => {
    const data = {
      _permanent: true,
      _user_id: '42',
      _fresh: true,
      _flashes: [FlaskTuple.of('info', 'Hello'), FlaskTuple.of<unknown>('error', new FlaskMarkup('<b>Bad</b>'))],
      cart: [{ qty: 1 }],
    };
    const cookie = encodeFlaskCookie(data, { secretKey, now: issued });
    const { remove, ...session } = sessionIn(await flaskSource({ secretKey, maxAge: 60 }).read(cookie, issued));
    expect(session).toStrictEqual({
      data: { _user_id: '42', _fresh: true, cart: [{ qty: 1 }] },
      permanent: true,
      flashes: [
        { category: 'info', message: 'Hello' },
        { category: 'error', message: '<b>Bad</b>' },
      ],
      userId: '42',
      expiresAt: (issued + 61) * 1000,
    });
    await expect(remove()).resolves.toBeUndefined();
  });

  it('gives values that a session of this package can keep', async () => {
    const day = new Date('2024-02-29T12:30:45Z');
    const data = {
      tuple: FlaskTuple.of<unknown>(1, FlaskTuple.of(2)),
      inside: { html: new FlaskMarkup('<b>'), list: [new FlaskUuid('1'.repeat(32))] },
      day,
      bytes: Buffer.from([1]),
      big: 2n ** 60n,
    };
    expect(sessionIn(await inCookie(data)).data).toStrictEqual({
      tuple: [1, [2]],
      inside: { html: '<b>', list: ['11111111-1111-1111-1111-111111111111'] },
      day,
      bytes: Buffer.from([1]),
      big: 2n ** 60n,
    });
  });

  it('ends when its cookie is too old, and at no known time where no age is', async () => {
    const cookie = encodeFlaskCookie({ a: 1 }, { secretKey, now: issued });
    const source = flaskSource({ secretKey, maxAge: 60 });
    const { expiresAt } = sessionIn(await source.read(cookie, issued + 30));
    expect(expiresAt).toBe((issued + 61) * 1000);
    // The same millisecond, by the reader itself.
    expect(await source.read(cookie, (Number(expiresAt) - 1) / 1000)).not.toBeNull();
    expect(await source.read(cookie, Number(expiresAt) / 1000)).toBeNull();
    const forGood = flaskSource({ secretKey, maxAge: Infinity });
    expect(sessionIn(await forGood.read(cookie, issued)).expiresAt).toBeNull();
  });

  it('has nothing where the cookie is not valid, or old, or holds nothing', async () => {
    const source = flaskSource({ secretKey, maxAge: 60 });
    const cookie = encodeFlaskCookie({ a: 1 }, { secretKey, now: issued });
    expect(await source.read(cookie, issued + 60)).toMatchObject({ session: { data: { a: 1 } } });
    expect(await source.read(cookie, issued + 61)).toBeNull();
    expect(await source.read(cookie)).toBeNull();
    expect(await source.read('')).toBeNull();
    expect(await source.read(`${cookie.slice(0, -1)}B`, issued)).toBeNull();
    expect(await inCookie({})).toBeNull();
    expect(await inCookie({ _permanent: true })).toBeNull();
  });

  it('says what is wrong with a valid cookie that cannot be read', async () => {
    const source = flaskSource({ secretKey });
    const refusals = ['{', '[]', '{"a":{"__proto__":1}}', `{"a":${'['.repeat(5000)}`, '{"a":{" t":1}}', '{"a":"\\x"}'];
    const said = await Promise.all(refusals.map((json) => source.read(signedJson(json), issued)));
    expect(said).toEqual([
      { refused: 'It is not JSON.' },
      { refused: 'Its data is not an object.' },
      { refused: 'A key is named __proto__.' },
      { refused: 'It is nested too deeply.' },
      { refused: 'A tagged value in it is invalid.' },
      { refused: 'A string in it is invalid.' },
    ]);
  });

  it('leaves broken flashes and a broken login aside', async () => {
    const flashes = [FlaskTuple.of('info', 'Hello'), 'info', FlaskTuple.of('info'), FlaskTuple.of(1, 2), null];
    expect(sessionIn(await inCookie({ _flashes: flashes, _user_id: {} }))).toMatchObject({
      flashes: [{ category: 'info', message: 'Hello' }],
      userId: null,
    });
    expect(sessionIn(await inCookie({ _flashes: 'text', a: 1 })).flashes).toEqual([]);
    expect(sessionIn(await inCookie({ _user_id: '' })).userId).toBeNull();
  });

  it('asks the application who is logged in, where it says how', async () => {
    const source = flaskSource({ secretKey, userId: ({ account }) => (account as { id: number }).id });
    const cookie = encodeFlaskCookie({ account: { id: 7 }, _user_id: '42' }, { secretKey, now: issued });
    expect(sessionIn(await source.read(cookie, issued)).userId).toBe(7);
  });

  it('is not made with settings that make no sense', () => {
    expect(() => flaskSource({ secretKey: '' })).toThrow(RangeError);
    expect(() => flaskSource({ secretKey, maxAge: NaN })).toThrow(RangeError);
    expect(() => flaskSource({ useSigner: true, records: recordsOf({}) })).toThrow(RangeError);
  });
});

describe("a source of Flask-Session's sessions", () => {
  it.each(['msgpack', 'json'] as const)('reads a record in %s, and removes it when asked to', async (format) => {
    const records = recordsOf({ _permanent: true, a: 1 }, format);
    const source = flaskSource({ records });
    expect(source.keyOf(id)).toBe(key);
    const session = sessionIn(await source.read(id));
    expect(session).toMatchObject({ data: { a: 1 }, permanent: true, flashes: [], userId: null, expiresAt: null });
    expect([...records.kept.keys()]).toEqual([key]);
    await session.remove();
    expect([...records.kept.keys()]).toEqual([]);
  });

  it('reads a signed cookie, with another prefix', async () => {
    const record = encodeFlaskSessionRecord({ a: 1 }, { format: 'msgpack' });
    const source = flaskSource({
      records: new KeptRecords(new Map([[`shop:${id}`, record]])),
      useSigner: true,
      secretKey,
      keyPrefix: 'shop:',
    });
    expect(sessionIn(await source.read(signFlaskSessionId(id, secretKey))).data).toEqual({ a: 1 });
    expect(await source.read(id)).toBeNull();
  });

  it('asks for no record where the cookie cannot name one', async () => {
    const records = recordsOf({ a: 1 });
    const source = flaskSource({ records, keyPrefix: '' });
    expect(await source.read('other:key')).toBeNull();
    expect(await source.read('')).toBeNull();
    expect(records.asked).toEqual([]);
  });

  it.each<[string, FlaskData]>([
    ['an empty one', {}],
    ['one with its permanence alone', { _permanent: true }],
  ])('has nothing in %s', async (_, data) => {
    expect(await flaskSource({ records: recordsOf(data) }).read(id)).toBeNull();
  });

  it('has nothing where there is no record, or one of no bytes', async () => {
    const records = new KeptRecords(new Map([[key, new Uint8Array()]]));
    expect(await flaskSource({ records }).read(id)).toBeNull();
    expect(await flaskSource({ records }).read('B'.repeat(43))).toBeNull();
  });

  it('says what is wrong with a record that cannot be read', async () => {
    const readOf = (hex: string) =>
      flaskSource({ records: new KeptRecords(new Map([[key, Buffer.from(hex, 'hex')]])) }).read(id);
    expect(await readOf('80059508000000000000007d948c0161944b01732e')).toEqual({
      refused: expect.stringMatching(/^The record is a pickle/),
    });
    expect(await readOf('81a161')).toEqual({ refused: 'It is truncated.' });
    expect(await readOf('81a161d401ff')).toEqual({ refused: 'It has an extension of the unknown type 1.' });
  });

  it('fails where the store does', async () => {
    const records = { get: () => Promise.reject(new Error('away')) };
    await expect(flaskSource({ records }).read(id)).rejects.toThrow('away');
  });

  it('says so where the records are read as text, which does not keep their bytes', async () => {
    const read: (key: string) => Promise<unknown> = () => Promise.resolve('{"a":1}');
    const source = flaskSource({ records: { get: read as FlaskRecords['get'] } });
    await expect(source.read(id)).rejects.toThrow(/as bytes/);
  });

  it('leaves a record that cannot be removed', async () => {
    const { kept } = recordsOf({ a: 1 });
    const records = { get: (asked: string) => Promise.resolve(kept.get(asked) ?? null) };
    await expect(sessionIn(await flaskSource({ records }).read(id)).remove()).resolves.toBeUndefined();
  });
});

function sessionIn(reading: FlaskReading): FlaskSession {
  if (reading === null || !('session' in reading)) throw new Error('There is no session.');
  return reading.session;
}
