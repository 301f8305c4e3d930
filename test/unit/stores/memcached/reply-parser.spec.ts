import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ProtocolError, type Reply, ReplyParser } from '../../../../lib/stores/memcached/reply-parser.js';
import { scaled } from '../../../support/patience.js';

/** What a server sends of a reply. */
function wire({ words, value }: Reply): Buffer {
  const line = Buffer.from(`${words.join(' ')}\r\n`, 'latin1');
  return value === null ? line : Buffer.concat([line, value, Buffer.from('\r\n')]);
}

const word = fc.stringMatching(/^[!-~]{1,10}$/);
const lines = fc
  .tuple(fc.constantFrom('HD', 'EN', 'NF', 'STAT', 'END'), fc.array(word, { maxLength: 3 }))
  .map(([code, rest]): Reply => ({ words: [code, ...rest], value: null }));
const values = fc
  .tuple(fc.uint8Array({ maxLength: 300 }), fc.array(word, { maxLength: 3 }))
  .map(([bytes, rest]): Reply => ({ words: ['VA', String(bytes.length), ...rest], value: Buffer.from(bytes) }));

describe('the answers of memcached', () => {
  it('are the same in whatever pieces they arrive, and whatever bytes a value has', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(fc.oneof(lines, values), { maxLength: 8 }), cuts, (replies, sizes) => {
        const parser = new ReplyParser();
        const found: Reply[] = [];
        let rest = Buffer.concat(replies.map(wire));
        for (let index = 0; rest.length > 0; index++) {
          const size = sizes[index % sizes.length] ?? 1;
          found.push(...parser.push(rest.subarray(0, size)));
          rest = rest.subarray(size);
        }
        expect(found).toEqual(replies);
      }),
    );
  });

  it('are told apart where a value looks like an answer', () => {
    const replies = new ReplyParser().push(Buffer.from('VA 12 c1\r\nEN\r\nVA 1\r\n..\r\nHD c2\r\n'));
    expect(replies).toEqual([
      { words: ['VA', '12', 'c1'], value: Buffer.from('EN\r\nVA 1\r\n..') },
      { words: ['HD', 'c2'], value: null },
    ]);
  });

  it('have values in memory of their own', () => {
    const piece = Buffer.from('VA 3\r\nabc\r\n');
    const [reply] = new ReplyParser().push(piece);
    piece.fill(0);
    expect(reply?.value).toEqual(Buffer.from('abc'));
  });

  it('are read in a time that grows with a value, not with its pieces', () => {
    const parser = new ReplyParser();
    parser.push(Buffer.from(`VA ${String(20_000_000)}\r\n`));
    const piece = Buffer.alloc(1_000, 'x');
    const before = performance.now();
    let replies = 0;
    for (let count = 0; count < 20_000; count++) replies += parser.push(piece).length;
    expect(replies).toBe(0);
    const [reply] = parser.push(Buffer.from('\r\n'));
    expect(reply?.value?.length).toBe(20_000_000);
    expect(performance.now() - before).toBeLessThan(scaled(2_000));
  });

  it.each([
    ['a value without a length', 'VA\r\n'],
    ['a value of a negative length', 'VA -1\r\n\r\n'],
    ['a value of no number', 'VA x\r\nabc\r\n'],
    ['a value that is longer than it says', 'VA 2\r\nabc\r\n'],
    ['a line without an end', 'x'.repeat(5_000)],
  ])('are none where there is %s', (_, text) => {
    expect(() => new ReplyParser().push(Buffer.from(text))).toThrow(ProtocolError);
  });
});
