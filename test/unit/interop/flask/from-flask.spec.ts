import { describe, expect, it } from '@jest/globals';
import { SessionConfigError } from '../../../../lib/errors.js';
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

  it('fails where the store does', async () => {
    const records = { get: () => Promise.reject(new Error('away')) };
    await expect(fromFlask({ records }).read(id, now)).rejects.toThrow('away');
  });

  const records = { get: () => Promise.resolve(null) };
  const nothing: unknown = undefined;
  it.each<[string, FromFlaskOptions, string[]]>([
    ['an empty secret', { secretKey: '' }, ['secretKey']],
    ['no secret', { secretKey: nothing as string }, ['secretKey']],
    ['no secret to check signatures with', { records, useSigner: true }, ['secretKey']],
    [
      'an empty fallback, and an age that is none',
      { secretKey, fallbacks: ['a', ''], maxAge: -1 },
      ['fallbacks', 'maxAge'],
    ],
  ])('with %s says so when it is asked for its settings, and is no source', async (_what, options, settings) => {
    const source = fromFlask(options);
    expect(source.check?.({ keyPrefix: 'session:' }).problems.map(({ setting }) => setting)).toEqual(settings);
    expect(() => source.keyOf(id, now)).toThrow(SessionConfigError);
    await expect(source.read(id, now)).rejects.toThrow(SessionConfigError);
  });

  it('tells of a secret that is easily guessed, where one counts', () => {
    const warningsOf = (options: FromFlaskOptions) => fromFlask(options).check?.({ keyPrefix: 'a:' }).warnings;
    expect(
      warningsOf({
        secretKey: 'dev',
        fallbacks: ['a'.repeat(7).concat(' violin harvest granite comet'), 'keyboard cat'],
      }),
    ).toEqual([
      expect.stringContaining('secretKey is a known example value'),
      expect.stringContaining('fallbacks, item 2, is a known example value'),
    ]);
    expect(warningsOf({ records, secretKey: 'dev' })).toEqual([]);
  });

  it.each<[string, string | undefined, string]>([
    ['session:', undefined, 'session:'],
    ['shop:', 'shop:', 'shop:'],
    ['shop', 'shop', 'shop-session-'],
    ['session:remember:', 'session:remember:', 'session:'],
    ['anything', 'anything', ''],
  ])(
    'refuses unsigned cookies of records under %s where keys of ours may be meant: %s, %s',
    (_shown, keyPrefix, ours) => {
      const problemsOf = (options: object) =>
        fromFlask({ records, keyPrefix, ...options }).check?.({ keyPrefix: ours }).problems;
      expect(problemsOf({})).toEqual([
        {
          setting: 'keyPrefix',
          problem: expect.stringContaining('Set SESSION_KEY_PREFIX (keyPrefix) to another prefix'),
        },
      ]);
      expect(problemsOf({ useSigner: true, secretKey })).toEqual([]);
      expect(problemsOf({ records: { ...records, isApart: true } })).toEqual([]);
      expect(fromFlask({ records, keyPrefix }).check?.({ keyPrefix: null }).problems).toEqual([]);
    },
  );

  it.each<[string | undefined, string]>([
    [undefined, 'nest:'],
    [undefined, 'session:nest:'],
    ['flask:', 'session:'],
  ])('takes unsigned cookies where none can name a key of ours: %s, %s', (keyPrefix, ours) => {
    expect(fromFlask({ records, keyPrefix }).check?.({ keyPrefix: ours }).problems).toEqual([]);
  });
});

function sessionIn(reading: ForeignReading): ForeignSession {
  if (reading === null || !('session' in reading)) throw new Error('There is no session.');
  return reading.session;
}
