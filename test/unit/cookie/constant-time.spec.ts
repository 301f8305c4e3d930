import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { expect, it, jest } from '@jest/globals';
import { KeyRing } from '../../../lib/cookie/key-ring.js';

const compare = jest.spyOn(crypto, 'timingSafeEqual');
syncBuiltinESMExports();

it('ASVS 11.2.4: it is the comparison in constant time, of all 32 bytes, that decides on a signature', () => {
  const ring = new KeyRing('the current secret, of 32 bytes or more', ['a former secret, of 32 bytes or more, too']);
  const signature = ring.sign('test:v1', 'text');
  const firstChanged = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);

  expect(ring.verify('test:v1', 'text', firstChanged)).toBeNull();
  expect(compare.mock.calls.map(([one, other]) => [one.byteLength, other.byteLength])).toEqual([
    [32, 32],
    [32, 32],
  ]);
  compare.mockReturnValueOnce(true);
  expect(ring.verify('test:v1', 'text', firstChanged)).toBe('current');
  compare.mockReturnValue(false);
  expect(ring.verify('test:v1', 'text', signature)).toBeNull();
});
