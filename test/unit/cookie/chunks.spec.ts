import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Chunks } from '../../../lib/cookie/chunks.js';

const small = new Chunks('session', { chunks: 4, size: 10_000, room: () => 40 });

function value(length: number): string {
  return randomBytes(length).toString('base64url').slice(0, length);
}

/** The pairs of a Cookie header. */
function pairs(values: readonly string[], name = 'session'): string[] {
  return values.map((part, index) => `${name}${index === 0 ? '' : `.${String(index)}`}=${part}`);
}

function join(header: readonly string[], chunks = small): string | null {
  const begin = header.find((pair) => pair.startsWith('session='))?.slice('session='.length);
  return begin === undefined ? null : chunks.join(begin, header.join('; '));
}

describe('a value over several cookies', () => {
  it('stays as it is where one cookie holds it', () => {
    const short = value(40);
    expect(small.split(short)).toEqual([short]);
    expect(join(pairs([short]))).toBe(short);
  });

  it('says in the first how many there are, and in each which value they belong to', () => {
    const parts = small.split(`${'a'.repeat(70)}-TheEnd`);
    expect(parts).toEqual([`3.TheEnd.${'a'.repeat(31)}`, `TheEnd.${'a'.repeat(33)}`, 'TheEnd.aaaaaa-TheEnd']);
  });

  it('comes back as it was, whatever its length, in whatever order the cookies come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 6, max: small.longest }), fc.infiniteStream(fc.nat()), (length, order) => {
        const whole = value(length);
        const parts = small.split(whole);
        expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(40);
        const header = ['a=b', ...pairs(parts), 'session.9=x', 'session.1x=y']
          .map((pair) => ({ pair, rank: order.next().value as number }))
          .sort((one, other) => one.rank - other.rank)
          .map(({ pair }) => pair);
        expect(join(header)).toBe(whole);
      }),
    );
  });

  it('uses all of the room that there is, and refuses one character more', () => {
    expect(small.longest).toBe(4 * 40 - 9 - 3 * 7);
    expect(small.split(value(small.longest)).map((part) => part.length)).toEqual([40, 40, 40, 40]);
    expect(() => small.split(value(small.longest + 1))).toThrow(RangeError);
  });

  it('keeps all cookies within the size of a request, and names no more of them than that allows', () => {
    const lengths: number[] = [];
    for (let size = 30; size < 250; size++) {
      const chunks = new Chunks('session', { chunks: 4, size, room: () => 40 });
      const header = pairs(chunks.split(value(chunks.longest)));
      expect(`${header.join('; ')}; `.length).toBeLessThanOrEqual(size);
      expect(header).toHaveLength(chunks.names.length);
      lengths.push(chunks.longest);
    }
    expect(lengths).toEqual(lengths.toSorted((one, other) => one - other));
    expect(lengths.at(-1)).toBe(small.longest);
  });

  it('has room for nothing where a name leaves none', () => {
    expect(new Chunks('session', { chunks: 4, size: 10_000, room: () => -5 }).longest).toBeLessThan(0);
    expect(new Chunks('session', { chunks: 4, size: 5, room: () => 40 }).longest).toBeLessThan(0);
  });

  it('is nothing where a part is missing, cut, or of another value', () => {
    const [one, two] = [value(95), value(95)].map((whole) => pairs(small.split(whole)));
    expect(one).toHaveLength(3);
    for (let index = 0; index < 3; index++) {
      expect(join(one!.toSpliced(index, 1))).toBeNull();
      expect(join(one!.with(index, two![index]!))).toBeNull();
    }
    expect(join(one!.with(2, one![2]!.slice(0, -1)))).toBeNull();
    expect(join(one!)).not.toBeNull();
  });

  it('is nothing where a part of a longer or a shorter one is among them', () => {
    const [long, short] = [value(125), value(60)].map((whole) => pairs(small.split(whole)));
    expect([long?.length, short?.length]).toEqual([4, 2]);
    expect(join([short![0]!, ...long!.slice(1)])).toBeNull();
    expect(join([long![0]!, short![1]!, ...long!.slice(2)])).toBeNull();
    expect(join([...short!, ...long!.slice(2)])).not.toBeNull();
  });

  it('finds the part that belongs to it among planted ones of the same name', () => {
    const whole = value(95);
    const [first, ...rest] = pairs(small.split(whole));
    const planted = ['session.1=planted', 'session.2=AAAAAA.planted'];
    expect(join([first!, ...planted, ...rest])).toBe(whole);
  });

  it.each([
    '.',
    '3.',
    '3..',
    '3.AAAAAA',
    '3.AAAAAA.',
    '1.AAAAAA.x',
    '0.AAAAAA.x',
    '99.AAAAAA.x',
    'x.AAAAAA.x',
    '3.AAA;AA.x',
  ])('is nothing where the first cookie is "%s"', (begin) => {
    expect(small.join(begin, `session=${begin}; session.1=AAAAAA.; session.2=AAAAAA.AAAAAA`)).toBe(
      begin === '3.AAAAAA.' ? 'AAAAAA' : null,
    );
  });

  it('never throws, whatever the header', () => {
    const part = fc.oneof(
      fc.constantFrom('session=', 'session.1=', ';', '.', '3.AAAAAA.', 'AAAAAA.', '"', 'AAAAAA'),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(part), fc.string(), (parts, begin) => {
        const joined = small.join(begin, parts.join(''));
        expect(joined === null || typeof joined === 'string').toBe(true);
      }),
    );
  });
});
