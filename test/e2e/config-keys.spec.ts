import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SessionModule, type SessionModuleOptions } from 'nestjs-session-auth';
import { MemoryStore } from '../../lib/stores/memory/index.js';
import type { RunningApp } from '../support/app.js';
import { boot, firstCookie, post } from '../support/boot.js';
import { withEnvironment } from '../support/environment.js';
import { CookieJar } from '../support/jar.js';
import { storedKeys } from '../support/stored-keys.js';

const [first, second, third] = ['1', '2', '3'].map((digit) => `secret-${digit}-of-32-bytes-for-tests-and-more`);

let store: MemoryStore;
const opened: RunningApp[] = [];
beforeEach(() => {
  store = new MemoryStore();
});
afterEach(async () => {
  for (const running of opened.splice(0)) await running.close();
});

/** An application on the one store of this test: what a restart with other settings gives. */
async function restarted(options: SessionModuleOptions): Promise<RunningApp> {
  const running = await boot([SessionModule.forRoot({ store, ...options })]);
  opened.push(running);
  return running;
}

/** The same browser at another application. */
function moved(jar: CookieJar, { url }: RunningApp): CookieJar {
  const there = new CookieJar(url);
  there.set('session', jar.get('session') ?? '');
  return there;
}

const known = { data: { a: true }, user: null, isNew: false };
const unknown = { data: {}, user: null, isNew: true };

describe('a change of SECRET_KEY', () => {
  it('ASVS 11.2.2: logs nobody out while the former one is a fallback, and signs each cookie anew', async () => {
    const before = (await restarted({ secretKey: first })).jar();
    await before.fetch('/set/a', post);
    const during = moved(before, await restarted({ secretKey: second, secretKeyFallbacks: [String(first)] }));
    const response = await during.fetch('/read');

    expect(await response.json()).toEqual(known);
    expect(response.headers.getSetCookie()).toHaveLength(1);
    expect(during.get('session')).not.toBe(before.get('session'));
    expect((await during.fetch('/read')).headers.getSetCookie()).toEqual([]);

    const after = await restarted({ secretKey: second });
    expect(await moved(during, after).json('/read')).toEqual(known);
    expect(await moved(before, after).json('/read')).toEqual(unknown);
  });

  it('ASVS 11.2.2: refuses what neither the current nor a former one has signed', async () => {
    const before = (await restarted({ secretKey: first })).jar();
    await before.fetch('/set/a', post);
    const after = await restarted({ secretKey: second, secretKeyFallbacks: [String(third)] });
    expect(await moved(before, after).json('/read')).toEqual(unknown);
  });

  it('takes fallbacks from the environment, in any order', async () => {
    const before = (await restarted({ secretKey: first })).jar();
    await before.fetch('/set/a', post);
    for (const list of [`${String(third)}, ${String(first)}`, JSON.stringify([first, third])]) {
      await withEnvironment({ SECRET_KEY: second, SECRET_KEY_FALLBACKS: list }, async () => {
        expect(await moved(before, await restarted({})).json('/read')).toEqual(known);
      });
    }
  });
});

describe('a change of SESSION_SERIALIZATION_FORMAT', () => {
  it.each([
    ['msgpack', 'json'],
    ['json', 'msgpack'],
  ])('from %s to %s keeps the sessions, and back', async (from, to) => {
    const environment = (format: string) => ({ SECRET_KEY: first, SESSION_SERIALIZATION_FORMAT: format });
    const before = await withEnvironment(environment(from), () => restarted({}));
    const jar = before.jar();
    await jar.fetch('/set/a', post);
    const after = await withEnvironment(environment(to), () => restarted({}));
    const there = moved(jar, after);

    expect(await there.json('/read')).toEqual(known);
    await there.fetch('/set/b', post);
    expect(await isJson()).toBe(to === 'json');
    expect(await there.json('/read')).toEqual({ ...known, data: { a: true, b: true } });
    expect(await jar.json('/read')).toEqual({ ...known, data: { a: true, b: true } });
  });

  it('turns no plain read into a write', async () => {
    const before = (await restarted({ secretKey: first, serializer: 'json' })).jar();
    await before.fetch('/set/a', post);
    await moved(before, await restarted({ secretKey: first, serializer: 'msgpack' })).json('/read');
    expect(await isJson()).toBe(true);
  });

  async function isJson(): Promise<boolean> {
    const { value } = await store.keys().next();
    const record = await store.read(String(value));
    return record?.bytes[0] === '{'.charCodeAt(0);
  }
});

describe('in the store', () => {
  it('every key begins with SESSION_KEY_PREFIX, and applications with different ones do not meet', async () => {
    const shop = await withEnvironment({ SECRET_KEY: first, SESSION_KEY_PREFIX: 'shop:' }, () => restarted({}));
    const blog = await withEnvironment({ SECRET_KEY: first, SESSION_KEY_PREFIX: 'blog:' }, () => restarted({}));
    const jar = shop.jar();
    await jar.fetch('/set/a', post);

    expect(await storedKeys(shop.app)).toEqual([expect.stringMatching(/^shop:[\w-]{43}$/)]);
    expect(await moved(jar, blog).json('/read')).toEqual(unknown);
    expect(await jar.json('/read')).toEqual(known);
  });

  it.each([
    ['16', 22],
    ['32', 43],
    ['64', 86],
  ])(
    'ASVS 7.2.3: an id has SESSION_ID_LENGTH=%s random bytes, which are %i characters, and the key does not show it',
    async (bytes, length) => {
      const running = await withEnvironment({ SECRET_KEY: first, SESSION_ID_LENGTH: bytes }, () => restarted({}));
      const [, id = ''] = /^session=([\w-]+)\./.exec(await firstCookie(running)) ?? [];

      expect(id).toHaveLength(length);
      expect(await storedKeys(running.app)).toEqual([expect.not.stringContaining(id.slice(0, 10))]);
    },
  );
});
