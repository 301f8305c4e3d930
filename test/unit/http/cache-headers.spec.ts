import { describe, expect, it } from '@jest/globals';
import { cacheControl } from '../../../lib/http/cache-headers.js';

describe('the Cache-Control of an answer that used the session', () => {
  const plain = { carriesCookie: false, guarded: null };

  it('is private where nobody has said anything', () => {
    expect(cacheControl('', plain)).toBe('private');
    expect(cacheControl('max-age=60', plain)).toBeNull();
    expect(cacheControl('public, max-age=0', plain)).toBeNull();
  });

  it.each(['no-store', 'private'] as const)('is %s behind a guard, where the settings say so', (guarded) => {
    const facts = { carriesCookie: false, guarded };
    expect(cacheControl('', facts)).toBe(guarded);
    expect(cacheControl('private, max-age=60', facts)).toBeNull();
    expect(cacheControl('public, max-age=60', facts)).toBeNull();
  });

  it('is that, too, where a server has only said what it says of every file', () => {
    for (const served of ['public, max-age=0', 'Public,max-age=0']) {
      expect(cacheControl(served, { carriesCookie: false, guarded: 'no-store' })).toBe('no-store');
    }
  });

  it('is no-store with a cookie, whatever the settings say', () => {
    const facts = { carriesCookie: true, guarded: 'private' } as const;
    expect(cacheControl('', facts)).toBe('no-store');
    expect(cacheControl('public, max-age=60', facts)).toBe('no-store');
    expect(cacheControl('private, no-store', facts)).toBeNull();
  });
});
