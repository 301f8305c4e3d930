import { describe, expect, it } from '@jest/globals';
import type { Option } from '../../../../lib/config/option.js';
import { OptionMismatch } from '../../../../lib/config/option.js';
import { create } from '../../../../lib/stores/memcached/create.js';
import { connectMemcached } from '../../../../lib/stores/memcached/index.js';
import type { MemcachedServer } from '../../../../lib/stores/memcached/memcached.client.js';
import { memcachedOptions } from '../../../../lib/stores/memcached/memcached.options.js';
import { parseAddress } from '../../../../lib/stores/memcached/server-address.js';
import { serverOf } from '../../../../lib/stores/memcached/server-choice.js';
import { ownerListKey, storedKey } from '../../../../lib/stores/memcached/stored-key.js';
import { decodeValue, encodeValue, ownerHash } from '../../../../lib/stores/memcached/stored-value.js';
import { hostileKeys } from '../../../../lib/testing/store-contract/hostile-keys.js';
import { CollectedLog } from '../../../support/collected-log.js';

describe('an address of memcached', () => {
  it.each([
    ['127.0.0.1:11211', '127.0.0.1:11211', '127.0.0.1', 11_211],
    [' Cache.Example.com:1 ', 'cache.example.com:1', 'cache.example.com', 1],
    ['cache', 'cache:11211', 'cache', 11_211],
    ['[::1]:65535', '[::1]:65535', '::1', 65_535],
    ['[FE80::1]', '[fe80::1]:11211', 'fe80::1', 11_211],
  ])('is read from %p', (text, name, host, port) => {
    expect(parseAddress(text)).toEqual({ name, host, port });
  });

  it.each(['', ':11211', 'a:0', 'a:65536', 'a:x', 'a:1:2', '::1', 'a b:1', 'user:password@a:1', 'memcached://a:1'])(
    'is not %p, neither by hand nor as a setting',
    (text) => {
      expect(() => parseAddress(text)).toThrow(TypeError);
      expect(read(memcachedOptions.servers, [text], 'code')).toBeInstanceOf(OptionMismatch);
    },
  );
});

describe('the settings of the memcached store', () => {
  it('have servers separated by commas in the environment, and an array in code', () => {
    expect(read(memcachedOptions.servers, 'a:1, b:2', 'environment')).toEqual(['a:1', 'b:2']);
    expect(read(memcachedOptions.servers, ['a:1'], 'code')).toEqual(['a:1']);
  });

  it('expect servers in production, and take those of the machine elsewhere', () => {
    const fallback = memcachedOptions.servers.default;
    if (typeof fallback !== 'function') throw new Error('the default does not depend on the environment');
    expect([fallback('production'), fallback('test')]).toEqual([null, ['127.0.0.1:11211']]);
    for (const servers of [null, []]) {
      expect(() => create({ servers, owners: false, client: null }, { log: new CollectedLog() })).toThrow(
        /SESSION_MEMCACHED \(memcached\.servers\)/,
      );
    }
    expect(() => connectMemcached([])).toThrow(TypeError);
  });
});

describe('the choice of a server', () => {
  const keys = Array.from({ length: 3_000 }, (_, index) => `session:${String(index)}`);
  const [a, b, c] = ['a:1', 'b:1', 'c:1'].map(named) as [MemcachedServer, MemcachedServer, MemcachedServer];

  it('does not depend on the order of the list, and gives each server its share', () => {
    const shares = new Map<string, number>();
    for (const key of keys) {
      const { name } = serverOf([a, b, c], key);
      expect(serverOf([c, a, b], key).name).toBe(name);
      shares.set(name, (shares.get(name) ?? 0) + 1);
    }
    for (const share of shares.values()) expect(Math.abs(share - 1_000)).toBeLessThan(150);
  });

  it('moves no keys but those of a server that comes or goes', () => {
    for (const key of keys) {
      const before = serverOf([a, b, c], key);
      if (before !== c) expect(serverOf([a, b], key)).toBe(before);
    }
  });

  it('stays as it is from one version of this package to the next', () => {
    expect(['session:1', 'session:2', 'session:3', 'session:4'].map((key) => serverOf([a, b, c], key).name)).toEqual([
      'c:1',
      'b:1',
      'b:1',
      'a:1',
    ]);
  });
});

describe('a key in memcached', () => {
  it('is a session’s key as it stands', () => {
    const key = `session:${'A'.repeat(43)}`;
    expect(storedKey(key)).toBe(key);
  });

  it('is one that memcached takes, whatever the key, and another one for another key or for a list', () => {
    const keys = [...hostileKeys(), '', '~', '\x7f', 'k'.repeat(250), 'k'.repeat(251), storedKey('a b')];
    const stored = [...keys.map(storedKey), ...keys.map((key) => ownerListKey(ownerHash(key)))];
    for (const key of stored) expect(key).toMatch(/^[!-~]{1,250}$/);
    expect(new Set(stored).size).toBe(stored.length);
    const list = ownerListKey(ownerHash('owner'));
    expect(storedKey(list)).not.toBe(list);
  });
});

describe('a value in memcached', () => {
  it('comes back as it went in, with its owner and without', () => {
    for (const owner of [null, ownerHash('owner'), ownerHash('')]) {
      for (const bytes of [Buffer.alloc(0), Buffer.from([0, 1, 255, 13, 10])]) {
        expect(decodeValue(encodeValue({ owner, bytes }))).toEqual({ owner, bytes });
      }
    }
  });

  it('is none where the store did not write it', () => {
    for (const value of ['', 'foreign', '\x01short', '\x02']) expect(decodeValue(Buffer.from(value))).toBeNull();
  });
});

function read<T, Input>(option: Option<T, Input>, raw: unknown, source: 'code' | 'environment'): unknown {
  return option.kind.parse(raw, source);
}

function named(name: string): MemcachedServer {
  const never = (): Promise<never> => Promise.reject(new Error('nobody is asked'));
  return { name, request: never, settings: never, evictions: never };
}
