import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { expect, it, jest } from '@jest/globals';
import { secretKey } from './signed-cookie.js';
import { FlaskSigner } from '../../../../lib/interop/flask/signer.js';

const compare = jest.spyOn(crypto, 'timingSafeEqual');
syncBuiltinESMExports();

it('it is the comparison in constant time, of all 20 bytes, that decides on a signature of Flask', () => {
  const signer = new FlaskSigner({ secretKey, fallbacks: ['older', 'old'] }, 'salt');
  const signed = signer.sign('text');
  const changed = signed.replace(/\.(.)/, (_, first: string) => (first === 'A' ? '.B' : '.A'));

  expect(signer.unsign(changed)).toBeNull();
  expect(compare.mock.calls.map(([one, other]) => [one.byteLength, other.byteLength])).toEqual([
    [20, 20],
    [20, 20],
    [20, 20],
  ]);
  // The current secret first, then the fallbacks from the newest on.
  const macs = [secretKey, 'old', 'older'].map((secret) => new FlaskSigner({ secretKey: secret }, 'salt').sign('text'));
  expect(compare.mock.calls.map(([mac]) => `text.${Buffer.from(mac as Buffer).toString('base64url')}`)).toEqual(macs);
  compare.mockReturnValueOnce(true);
  expect(signer.unsign(changed)).toBe('text');
  compare.mockReturnValue(false);
  expect(signer.unsign(signed)).toBeNull();
});
