import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isIPv6 } from 'node:net';
import { networksOf, unknownNetwork } from '../../../../lib/auth/limiter/network.js';

describe('the network of an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    [' 192.0.2.7 ', '192.0.2.7'],
    ['192.0.2.7:49152', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:207', '192.0.2.7'],
    ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7'],
    ['[::ffff:192.0.2.7]:443', '192.0.2.7'],
    ['64:ff9b::192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]:443', '2001:db8:1:2::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3:4:192.0.2.7', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['fe80::1%25.1', 'fe80:0:0:0::/64'],
    // Not the mapped ones, though they look like them.
    ['1::ffff:192.0.2.7', '1:0:0:0::/64'],
    ['64:ff9b:0:1::192.0.2.7', '64:ff9b:0:1::/64'],
  ])('of %s is %s', (address, network) => {
    expect(networksOf(address).own).toBe(network);
  });

  it.each(['', 'unknown', '192.0.2', '192.0.2.256', '192.0.02.7', '_hidden', '[::1', '::1]', ':::', '1:2:3', 'a, b'])(
    'of "%s", which is no address, is the one that all of those share',
    (address) => {
      expect(networksOf(address).own).toBe(unknownNetwork);
    },
  );

  it('is one for each /64, whatever address in it and however that is spelt', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.ipV6(), (one, other) => {
        const prefix = networksOf(one).own;
        fc.pre(isIPv6(one) && prefix.endsWith('::/64'));
        const [head] = prefix.split('::');
        const tail = new URL(`http://[${other}]/`).hostname.slice(1, -1).split(':').at(-1) ?? '';
        const neighbour = `${String(head)}:1:2:3:${tail === '' || tail.includes('.') ? '4' : tail}`;
        expect(networksOf(neighbour).own).toBe(prefix);
        expect(networksOf(neighbour.toUpperCase()).own).toBe(prefix);
      }),
    );
  });

  it('has a wider one around it for IPv6 alone, which is its /48', () => {
    expect(networksOf('2001:db8:1:2::1').site).toBe('2001:db8:1::/48');
    expect(networksOf('2001:db8:1:ffff::1').site).toBe('2001:db8:1::/48');
    expect(['192.0.2.7', '::ffff:192.0.2.7', 'unknown'].map((address) => networksOf(address).site)).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('is a short text, whatever the address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (address) => {
        expect(networksOf(address).own.length).toBeLessThanOrEqual(24);
      }),
    );
  });
});
