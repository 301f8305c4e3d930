import { describe, expect, it } from '@jest/globals';
import { storedName } from '../../../../lib/stores/lmdb/stored-name.js';
import { hostileKeys } from '../../../../lib/testing/store-contract/hostile-keys.js';

describe('a name in the LMDB store', () => {
  it('is a session’s key as it stands', () => {
    const key = `session:${'A'.repeat(43)}`;
    expect(storedName(key)).toBe(key);
  });

  it('is short printable ASCII whatever the key, and another one for another key', () => {
    const keys = [...hostileKeys(), '', '~', '\x7f', 'k'.repeat(256), 'k'.repeat(2_000)];
    const names = keys.map((key) => storedName(key));
    for (const name of names) expect(name).toMatch(/^[!-~]{1,255}$/);
    expect(new Set(names).size).toBe(keys.length);
  });

  it('does not take a key for another one’s hash', () => {
    const hashed = storedName('é');
    expect(hashed).toMatch(/^~/);
    expect(storedName(hashed)).not.toBe(hashed);
  });
});
