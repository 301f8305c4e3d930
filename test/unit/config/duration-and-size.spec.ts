import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../../lib/config/duration.js';
import { formatSize, parseSize } from '../../../lib/config/size.js';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['31d', 2_678_400_000],
    ['2w', 1_209_600_000],
    ['1.5h', 5_400_000],
    [' 31D ', 2_678_400_000],
    ['30 s', 30_000],
    ['1800', 1_800_000],
    [1800, 1_800_000],
    [0.5, 500],
    [0, 0],
  ])('reads %j', (raw, ms) => {
    expect(parseDuration(raw)).toBe(ms);
  });

  it.each([
    '',
    ' ',
    '-1s',
    '+1s',
    '1 x',
    's',
    '1y',
    '1h30m',
    '1e3s',
    'NaN',
    'Infinity',
    '0x1s',
    '1..5s',
    '31 days',
    '9'.repeat(17),
  ])('refuses %j', (raw) => {
    expect(parseDuration(raw)).toBeNull();
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MAX_SAFE_INTEGER])(
    'refuses the number %d',
    (raw) => {
      expect(parseDuration(raw)).toBeNull();
    },
  );

  it('refuses what is too large to count in milliseconds', () => {
    expect(parseDuration('9007199254740992ms')).toBeNull();
    expect(parseDuration('9007199254740991ms')).toBe(Number.MAX_SAFE_INTEGER);
    expect(parseDuration('9999999999999999w')).toBeNull();
  });

  it('writes what it reads back', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e12 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
    expect([0, 60_000, 90_000, 86_400_000, 1].map(formatDuration)).toEqual(['0s', '1m', '90s', '1d', '1ms']);
  });
});

describe('sizes', () => {
  it.each([
    ['1mb', 1_048_576],
    ['4KB', 4096],
    ['1.5 kb', 1536],
    ['1gb', 1_073_741_824],
    ['512b', 512],
    ['4093', 4093],
    [4093, 4093],
    [0, 0],
  ])('reads %j', (raw, bytes) => {
    expect(parseSize(raw)).toBe(bytes);
  });

  it.each(['', '-1', '1tb', 'kb', '1.3b', 'NaN', '9999999999999999gb', -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses %j',
    (raw) => {
      expect(parseSize(raw)).toBeNull();
    },
  );

  it('writes what it reads back', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e12 }), (bytes) => {
        expect(parseSize(formatSize(bytes))).toBe(bytes);
      }),
    );
  });
});
