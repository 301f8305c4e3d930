import { describe, expect, it } from '@jest/globals';
import { SessionAbilityMissingError, SessionStoreUnavailableError } from '../../../../lib/errors.js';
import { LimitedRemember } from '../../../../lib/auth/remember/limited-remember.js';
import { isRememberStore, type RememberStore } from '../../../../lib/auth/remember/remember-store.js';
import { errorOf } from '../../session/setup.js';
import { aRow } from './setup.js';

type Methods = { [Name in keyof RememberStore]?: RememberStore[Name] };

/** A store that does nothing but what a test has it do. */
function storeWith(methods: Methods): LimitedRemember {
  const unexpected = (): never => {
    throw new Error('This test does not expect that.');
  };
  const all = { create: unexpected, read: unexpected, replace: unexpected, end: unexpected, endAll: unexpected };
  return new LimitedRemember({ ...all, ...methods }, 20);
}

describe("a store of an application's own", () => {
  it('is heard where all is well', async () => {
    const found = { row: aRow(), version: 1 };
    const store = storeWith({
      create: () => Promise.resolve(false),
      read: () => Promise.resolve(found),
      replace: (_family, _row, version) => Promise.resolve(version === 1 ? 'replaced' : found),
      end: () => Promise.resolve(null),
      endAll: (_user, except) => Promise.resolve(except === undefined ? 2 : 1),
    });
    expect(await store.create('f', aRow())).toBe(false);
    expect(await store.read('f')).toBe(found);
    expect(await store.replace('f', aRow(), 1)).toBe('replaced');
    expect(await store.replace('f', aRow(), 2)).toBe(found);
    expect(await store.end('f')).toBeNull();
    expect([await store.endAll(7), await store.endAll(7, 'f')]).toEqual([2, 1]);
  });

  const calls: [keyof RememberStore, (store: RememberStore) => Promise<unknown>][] = [
    ['create', (store) => store.create('f', aRow())],
    ['read', (store) => store.read('f')],
    ['replace', (store) => store.replace('f', aRow(), 1)],
    ['end', (store) => store.end('f')],
  ];

  it.each([...calls, ['endAll', (store) => store.endAll(7)] as (typeof calls)[number]])(
    'that fails in %s is not able to answer, and the reason stays in the cause',
    async (method, call) => {
      const reason = new Error('connection to 10.0.0.7 refused');
      for (const failing of [
        () => Promise.reject(reason),
        () => {
          throw reason;
        },
      ]) {
        const error = await errorOf(() => call(storeWith({ [method]: failing })));
        expect(error).toBeInstanceOf(SessionStoreUnavailableError);
        expect(error.message).not.toContain('10.0.0.7');
        expect(error.cause).toBe(reason);
      }
    },
  );

  it.each(calls)('that does not answer in %s is not waited for', async (method, call) => {
    const error = await errorOf(() => call(storeWith({ [method]: () => new Promise(() => undefined) })));
    expect(error).toBeInstanceOf(SessionStoreUnavailableError);
    expect(error.message).toContain('did not answer within 20 ms');
  });

  it("says what it is not able to do in the package's own words", async () => {
    const missing = new SessionAbilityMissingError('Not by user.');
    expect(await errorOf(() => storeWith({ endAll: () => Promise.reject(missing) }).endAll(7))).toBe(missing);
  });

  it.each<[keyof RememberStore, Methods, (store: RememberStore) => Promise<unknown>]>([
    ['read', { read: () => Promise.resolve({ row: spoilt, version: 1 }) }, (store) => store.read('f')],
    [
      'replace',
      { replace: () => Promise.resolve({ row: spoilt, version: 1 }) },
      (store) => store.replace('f', aRow(), 1),
    ],
    ['end', { end: () => Promise.resolve(spoilt) }, (store) => store.end('f')],
  ])('whose %s gives a row back in another form is told which field it is', async (_method, methods, call) => {
    const error = await errorOf(() => call(storeWith(methods)));
    expect(error).toBeInstanceOf(SessionStoreUnavailableError);
    expect(error.message).toContain('check its expiresAt');
  });

  it('has all five methods', () => {
    expect(isRememberStore(storeWith({}))).toBe(true);
    for (const value of [null, undefined, 7, {}, { create() {}, read() {}, replace() {}, end() {} }]) {
      expect(isRememberStore(value)).toBe(false);
    }
  });
});

/** As a driver gives a row whose times do not fit into 32 bits. */
const spoilt = Object.assign(aRow(), { expiresAt: '1765000000000' as unknown as number });
