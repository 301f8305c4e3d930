import { describe, expect, it } from '@jest/globals';
import { Recent } from '../../../lib/cookie/recent.js';

describe('what is remembered of recent keys', () => {
  it('is what was set', () => {
    const recent = new Recent<number>(2);
    recent.set('a', 1);
    expect(recent.get('a')).toBe(1);
    expect(recent.get('b')).toBeUndefined();
  });

  it('is forgotten when it was not asked for while others came', () => {
    const recent = new Recent<number>(2);
    for (const [index, key] of ['a', 'b', 'c', 'd', 'e'].entries()) recent.set(key, index);
    expect(recent.get('a')).toBeUndefined();
    expect(recent.get('e')).toBe(4);
  });

  it('stays as long as it is asked for', () => {
    const recent = new Recent<number>(2);
    recent.set('a', 1);
    for (let index = 0; index < 100; index++) {
      recent.set(`other ${String(index)}`, index);
      expect(recent.get('a')).toBe(1);
    }
  });

  it('never grows over twice its size', () => {
    const recent = new Recent<number>(10);
    const keys = Array.from({ length: 1000 }, (_, index) => `key ${String(index)}`);
    for (const [index, key] of keys.entries()) recent.set(key, index);
    expect(keys.filter((key) => recent.get(key) !== undefined).length).toBeLessThanOrEqual(20);
  });
});
