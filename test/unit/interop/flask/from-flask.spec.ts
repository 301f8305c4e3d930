import { describe, expect, it } from '@jest/globals';
import type { ForeignReading, ForeignSession } from '../../../../lib/session/foreign-session.js';
import {
  encodeFlaskCookie,
  encodeFlaskSessionRecord,
  FlaskTuple,
  fromFlask,
  type FlaskData,
  type FromFlaskOptions,
} from '../../../../lib/interop/flask/index.js';
import { issued, secretKey, signedJson } from './signed-cookie.js';

const now = issued * 1000;
const id = 'A'.repeat(43);
const login = { _user_id: '42', _fresh: true, _id: 'f'.repeat(128), _remember: 'set', _remember_seconds: 60 };

const cookieOf = (data: FlaskData) => encodeFlaskCookie(data, { secretKey, now: issued });
const readOf = (data: FlaskData, options: Partial<Pick<FromFlaskOptions, 'userId' | 'convert'>> = {}) =>
  fromFlask({ secretKey, ...options }).read(cookieOf(data), now);

describe('a source of the sessions of Flask', () => {
  it('reads a cookie of Flask, and takes apart what Flask and Flask-Login keep among the data', async () => {
    const data = { _permanent: true, _flashes: [FlaskTuple.of('info', 'Hello')], ...login, cart: FlaskTuple.of(1, 2) };
    const { remove, ...session } = sessionIn(await readOf(data));
    expect(session).toStrictEqual({
      data: { cart: [1, 2] },
      permanent: true,
      flashes: [{ category: 'info', message: 'Hello' }],
      userId: '42',
      expiresAt: (issued + 31 * 86_400 + 1) * 1000,
    });
    await expect(remove()).resolves.toBeUndefined();
  });

  it('names a session by its cookie, whatever is in it, if that was signed', () => {
    const source = fromFlask({ secretKey });
    const cookie = cookieOf({ a: 1 });
    expect(source.keyOf(cookie, now)).toBe(cookie);
    for (const forged of ['', 'a.b.c', `${cookie}A`, encodeFlaskCookie({ a: 1 }, { secretKey: 'another' })]) {
      expect(source.keyOf(forged, now)).toBeNull();
    }
  });

  it('reads a record of Flask-Session, and removes it when asked to', async () => {
    const record = encodeFlaskSessionRecord({ _permanent: true, ...login, a: 1 }, { format: 'msgpack' });
    const kept = new Map([[`session:${id}`, record]]);
    const records = {
      get: async (key: string) => kept.get(key) ?? null,
      delete: async (key: string) => kept.delete(key),
    };
    const source = fromFlask({ records });
    expect(source.keyOf(id, now)).toBe(`session:${id}`);
    const session = sessionIn(await source.read(id, now));
    expect(session).toMatchObject({ data: { a: 1 }, userId: '42', expiresAt: null });
    await session.remove();
    expect(kept.size).toBe(0);
  });

  it('is named session, on every path of its own host, and leaves the old session, unless it is told otherwise', () => {
    expect(fromFlask({ secretKey })).toMatchObject({ framework: 'Flask', cookieName: 'session', old: 'keep' });
    expect(fromFlask({ secretKey })).toMatchObject({ cookiePath: undefined, cookieDomain: undefined });
    const told = { cookieName: 'shop', old: 'remove', cookiePath: '/shop', cookieDomain: 'shop.example' } as const;
    expect(fromFlask({ secretKey, ...told })).toMatchObject(told);
  });

  it('counts the age of a cookie by the time that it is given, in milliseconds', async () => {
    const source = fromFlask({ secretKey, maxAge: 60 });
    const cookie = cookieOf({ a: 1 });
    const { expiresAt } = sessionIn(await source.read(cookie, now + 60_999));
    expect(expiresAt).toBe(now + 61_000);
    expect(await source.read(cookie, now + 61_000)).toBeNull();
    expect(await source.read(cookie, now - 1)).toBeNull();
  });

  it('has nothing in a forged cookie, and says what is wrong with one that cannot be read', async () => {
    expect(await fromFlask({ secretKey: 'another' }).read(cookieOf({ a: 1 }), now)).toBeNull();
    expect(await readOf({})).toBeNull();
    expect(await fromFlask({ secretKey }).read(signedJson('{"a":{"__proto__":1}}'), now)).toEqual({
      refused: 'A key is named __proto__.',
    });
  });

  it('leaves what looks like a login among the data where nobody is logged in, or the application says who is', async () => {
    const { _user_id: _, ...nobody } = login;
    expect(sessionIn(await readOf(nobody))).toMatchObject({ userId: null, data: nobody });
    const session = sessionIn(await readOf({ ...login, account: 7 }, { userId: ({ account }) => Number(account) }));
    expect(session).toMatchObject({ userId: 7, data: { ...login, account: 7 } });
  });

  it.each(['sync', 'async'])('lets the application make other data of them (%s)', async (kind) => {
    const make = ({ basket, ...rest }: FlaskData) => ({ ...rest, cart: basket });
    const convert: FromFlaskOptions['convert'] = kind === 'sync' ? make : async (data) => make(data);
    expect(sessionIn(await readOf({ ...login, basket: ['apple'], a: 1 }, { convert }))).toMatchObject({
      data: { a: 1, cart: ['apple'] },
      userId: '42',
    });
  });

  it('lets the application drop all of the data, and fails where its conversion does', async () => {
    expect(sessionIn(await readOf({ a: 1 }, { convert: () => ({}) })).data).toEqual({});
    const fails = () => {
      throw new Error('no such shape');
    };
    await expect(readOf({ a: 1 }, { convert: fails })).rejects.toThrow('no such shape');
  });

  it('fails where the store does, and is not made with settings that make no sense', async () => {
    const records = { get: () => Promise.reject(new Error('away')) };
    await expect(fromFlask({ records }).read(id, now)).rejects.toThrow('away');
    expect(() => fromFlask({ secretKey: '' })).toThrow(RangeError);
    expect(() => fromFlask({ secretKey, maxAge: -1 })).toThrow(RangeError);
  });
});

function sessionIn(reading: ForeignReading): ForeignSession {
  if (reading === null || !('session' in reading)) throw new Error('There is no session.');
  return reading.session;
}
