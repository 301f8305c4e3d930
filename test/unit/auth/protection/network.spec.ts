import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSameNetwork, type PrefixLengths } from '../../../../lib/auth/protection/network.js';

const none = { ipv4: 0, ipv6: 0 };
const usual = { ipv4: 24, ipv6: 64 };
const exact = { ipv4: 32, ipv6: 128 };

/** Says it both ways, which must come to the same. */
function isSame(one: string, other: string, bits: PrefixLengths): boolean {
  const answer = isSameNetwork(one, other, bits);
  expect(isSameNetwork(other, one, bits)).toBe(answer);
  return answer;
}

describe('IPv4', () => {
  it.each([
    { bits: 24, one: '203.0.113.0', other: '203.0.113.255', same: true },
    { bits: 24, one: '203.0.113.255', other: '203.0.114.0', same: false },
    { bits: 24, one: '203.0.113.7', other: '203.0.112.7', same: false },
    { bits: 25, one: '203.0.113.0', other: '203.0.113.127', same: true },
    { bits: 25, one: '203.0.113.127', other: '203.0.113.128', same: false },
    { bits: 16, one: '203.0.0.0', other: '203.0.255.255', same: true },
    { bits: 16, one: '203.0.255.255', other: '203.1.0.0', same: false },
    { bits: 17, one: '203.0.127.255', other: '203.0.128.0', same: false },
    { bits: 8, one: '10.0.0.0', other: '10.255.255.255', same: true },
    { bits: 8, one: '10.255.255.255', other: '11.0.0.0', same: false },
    { bits: 1, one: '0.0.0.0', other: '127.255.255.255', same: true },
    { bits: 1, one: '127.255.255.255', other: '128.0.0.0', same: false },
    { bits: 31, one: '203.0.113.2', other: '203.0.113.3', same: true },
    { bits: 31, one: '203.0.113.3', other: '203.0.113.4', same: false },
    { bits: 32, one: '203.0.113.7', other: '203.0.113.7', same: true },
    { bits: 32, one: '203.0.113.7', other: '203.0.113.6', same: false },
  ])('/$bits: $one and $other lie in one network: $same', ({ bits, one, other, same }) => {
    expect(isSame(one, other, { ipv4: bits, ipv6: 64 })).toBe(same);
  });
});

describe('IPv6', () => {
  it.each([
    { bits: 64, one: '2001:db8:1:2::', other: '2001:db8:1:2:ffff:ffff:ffff:ffff', same: true },
    { bits: 64, one: '2001:db8:1:2:ffff:ffff:ffff:ffff', other: '2001:db8:1:3::', same: false },
    { bits: 56, one: '2001:db8:1:ff::1', other: '2001:db8:1:0::1', same: true },
    { bits: 56, one: '2001:db8:1:ff::1', other: '2001:db8:1:100::1', same: false },
    { bits: 48, one: '2001:db8:1::', other: '2001:db8:1:ffff::', same: true },
    { bits: 48, one: '2001:db8:1::', other: '2001:db8:2::', same: false },
    { bits: 65, one: '2001:db8::7fff:0:0:1', other: '2001:db8::8000:0:0:1', same: false },
    { bits: 128, one: '2001:db8::1', other: '2001:0DB8:0:0:0:0:0:1', same: true },
    { bits: 128, one: '2001:db8::1', other: '2001:db8::2', same: false },
    { bits: 128, one: '2001:db8::1:0', other: '2001:db8::1', same: false },
    { bits: 128, one: '::', other: '::1', same: false },
    { bits: 1, one: '::', other: '7fff::', same: true },
    { bits: 1, one: '::', other: '8000::', same: false },
  ])('/$bits: $one and $other lie in one network: $same', ({ bits, one, other, same }) => {
    expect(isSame(one, other, { ipv4: 24, ipv6: bits })).toBe(same);
  });
});

describe('one address in several spellings', () => {
  it.each([
    { what: 'IPv4 over an IPv6 socket', spelling: '::ffff:203.0.113.7' },
    { what: 'in capitals', spelling: '::FFFF:203.0.113.7' },
    { what: 'with hexadecimal digits', spelling: '::ffff:cb00:7107' },
    { what: 'spelled out', spelling: '0:0:0:0:0:ffff:cb00:7107' },
    { what: 'translated for a host without IPv4', spelling: '64:ff9b::203.0.113.7' },
    { what: 'with a port, as some proxies send it', spelling: '203.0.113.7:50123' },
    { what: 'in brackets, with a port', spelling: '[::ffff:203.0.113.7]:50123' },
    { what: 'in brackets', spelling: '[::ffff:203.0.113.7]' },
    { what: 'with blanks around it', spelling: ' 203.0.113.7 ' },
  ])('$what: $spelling is 203.0.113.7', ({ spelling }) => {
    expect(isSame(spelling, '203.0.113.7', exact)).toBe(true);
    expect(isSame(spelling, '203.0.113.8', exact)).toBe(false);
    expect(isSame(spelling, '203.0.113.200', usual)).toBe(true);
    expect(isSame(spelling, '203.0.114.7', usual)).toBe(false);
  });

  it('the bits of IPv4 count for an IPv4 address in the clothes of IPv6', () => {
    expect(isSame('::ffff:203.0.113.7', '::ffff:203.0.113.8', { ipv4: 24, ipv6: 128 })).toBe(true);
    expect(isSame('::ffff:203.0.113.7', '::ffff:198.51.100.7', { ipv4: 24, ipv6: 64 })).toBe(false);
  });

  it('what only looks like a mapped address is an IPv6 address', () => {
    expect(isSame('::fffe:203.0.113.7', '203.0.113.7', exact)).toBe(false);
    expect(isSame('2001:db8::ffff:203.0.113.7', '203.0.113.7', exact)).toBe(false);
    expect(isSame('64:ff9b:1::203.0.113.7', '203.0.113.7', exact)).toBe(false);
  });

  it('a zone says nothing of the client', () => {
    expect(isSame('fe80::1%eth0', 'fe80::1%en1', exact)).toBe(true);
    expect(isSame('[fe80::1%25eth0]:443', 'fe80::1', exact)).toBe(true);
    expect(isSame('fe80::1%eth0', 'fe80::2%eth0', exact)).toBe(false);
  });
});

describe('two families', () => {
  it('are two networks, although one of them is not compared', () => {
    expect(isSame('203.0.113.7', '2001:db8::1', usual)).toBe(false);
    expect(isSame('203.0.113.7', '2001:db8::1', { ipv4: 24, ipv6: 0 })).toBe(false);
    expect(isSame('203.0.113.7', '2001:db8::1', { ipv4: 0, ipv6: 64 })).toBe(false);
  });

  it('are one where neither is compared', () => {
    expect(isSame('203.0.113.7', '2001:db8::1', none)).toBe(true);
  });

  it('each go by their own bits', () => {
    expect(isSame('203.0.113.7', '198.51.100.1', { ipv4: 0, ipv6: 64 })).toBe(true);
    expect(isSame('2001:db8::1', 'fd00::1', { ipv4: 24, ipv6: 0 })).toBe(true);
    expect(isSame('2001:db8::1', 'fd00::1', { ipv4: 0, ipv6: 64 })).toBe(false);
  });
});

describe('what is no address', () => {
  const hostile = [
    '',
    ' ',
    'unknown',
    '_hidden',
    'localhost',
    '203.0.113',
    '203.0.113.7.1',
    '203.0.113.256',
    '203.0.113.07',
    '0xcb007107',
    '3405803783',
    '203.0.113.7:',
    '203.0.113.7:x',
    '203.0.113.7, 198.51.100.1',
    ':::',
    '1::2::3',
    '2001:db8::1::',
    '2001:db8::g',
    '[2001:db8::1',
    '2001:db8::1]',
    '[203.0.113.7',
    '2001:db8:1:2:3:4:5:6:7',
    '%eth0',
    '203.0.113.7\n198.51.100.1',
  ];
  const long = [`203.0.113.7${' '.repeat(200)}`, '1:'.repeat(5_000), '9'.repeat(16_000)];
  const cases = [...hostile, ...long].map((text) => ({ text, shown: text.slice(0, 30) }));

  it.each(cases)('$shown lies in one network with nothing but itself', ({ text }) => {
    expect(isSame(text, text, usual)).toBe(true);
    for (const other of ['203.0.113.7', '2001:db8::1', '::', '0.0.0.0', 'another']) {
      expect(isSame(text, other, usual)).toBe(false);
      expect(isSame(text, other, { ipv4: 1, ipv6: 1 })).toBe(false);
    }
  });

  it('no two of them lie in one network', () => {
    for (const { text: one } of cases) {
      for (const { text: other } of cases) expect(isSame(one, other, usual)).toBe(one === other);
    }
  });

  it('is not compared where nothing is', () => {
    expect(isSame('', 'unknown', none)).toBe(true);
  });
});

describe('any addresses', () => {
  const ipv4 = fc.tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 1, max: 32 }));
  const asIpv4 = (address: number): string => [24, 16, 8, 0].map((by) => (address >>> by) & 0xff).join('.');

  it('of IPv4 share a network until the first bit that differs, and no longer', () => {
    fc.assert(
      fc.property(ipv4, ([address, bit]) => {
        const other = (address ^ (1 << (32 - bit))) >>> 0;
        expect(isSame(asIpv4(address), asIpv4(other), { ipv4: bit - 1, ipv6: 1 })).toBe(true);
        expect(isSame(asIpv4(address), asIpv4(other), { ipv4: bit, ipv6: 1 })).toBe(false);
      }),
    );
  });

  it('of IPv6 do so, too, however they are spelled', () => {
    const groups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), {
      minLength: 8,
      maxLength: 8,
    });
    fc.assert(
      fc.property(groups, fc.integer({ min: 1, max: 128 }), ([first = 0, ...rest], bit) => {
        // Not one that is IPv4 in other clothes.
        const all = [first | 0x2000, ...rest];
        const changed = all.map((group, index) =>
          index === (bit - 1) >> 4 ? group ^ (1 << (15 - ((bit - 1) % 16))) : group,
        );
        const text = (address: readonly number[]): string => address.map((group) => group.toString(16)).join(':');
        const short = new URL(`http://[${text(changed)}]/`).hostname;
        fc.pre(!short.startsWith('[::ffff:'));
        expect(isSame(text(all), short, { ipv4: 1, ipv6: bit - 1 })).toBe(true);
        expect(isSame(text(all), short, { ipv4: 1, ipv6: bit })).toBe(false);
      }),
    );
  });

  it('of any text never throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (one, other) => {
        expect(typeof isSame(one, other, usual)).toBe('boolean');
      }),
    );
  });
});
