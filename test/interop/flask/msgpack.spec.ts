import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { decodeFlaskSessionRecord, encodeFlaskSessionRecord, FlaskFloat } from '../../../lib/interop/flask/index.js';
import { exactRecordData, recordData } from '../../unit/interop/flask/arbitraries.js';
import { programPath, python } from './flask-server.js';

const encode = (data: Record<string, unknown>) => encodeFlaskSessionRecord(data, { format: 'msgpack' });
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** What Python's own MessagePack writes after it has read these records, and how Python shows them. */
function again(records: readonly Uint8Array[]): (readonly [bytes: Buffer, shown: string])[] {
  const input = records.map((record) => `${hexOf(record)}\n`).join('');
  const output = execFileSync(python, ['-B', programPath('msgpack-again.py')], { input, encoding: 'utf8' });
  const answers = JSON.parse(output) as [string, string][];
  return answers.map(([hex, shown]) => [Buffer.from(hex, 'hex'), shown]);
}

describe("with Python's MessagePack, a record", () => {
  it('with any data comes back with the same bytes, and the same values', () => {
    const records = [...fc.sample(recordData, 300), ...fc.sample(exactRecordData, 300)].map(encode);
    const answers = again(records);
    expect(answers).toHaveLength(records.length);
    for (const [at, record] of records.entries()) {
      const [back] = answers[at] ?? [Buffer.alloc(0)];
      expect(hexOf(back)).toBe(hexOf(record));
      expect(isDeepStrictEqual(decodeFlaskSessionRecord(back), decodeFlaskSessionRecord(record))).toBe(true);
    }
  });

  it('has the types that Python knows', () => {
    const [[, shown] = []] = again([
      encode({
        int: 1,
        float: new FlaskFloat(1),
        big: 2n ** 63n,
        text: 'é',
        bytes: Buffer.from([255]),
        list: [null, true],
        when: new Date('1960-01-01T00:00:00.500Z'),
      }),
    ]);
    expect(shown).toBe(
      "{'int': 1, 'float': 1.0, 'big': 9223372036854775808, 'text': 'é', 'bytes': b'\\xff', 'list': [None, True], " +
        "'when': datetime.datetime(1960, 1, 1, 0, 0, 0, 500000, tzinfo=datetime.timezone.utc)}",
    );
  });

  it('keeps keys that are numbers, and times to the microsecond', () => {
    const written = Buffer.from('82' + '01a161' + 'a177' + 'd7ffeb799dc065e078f5', 'hex');
    const [[back, shown] = []] = again([encode(decodeFlaskSessionRecord(written) ?? {})]);
    expect(hexOf(back ?? Buffer.alloc(0))).toBe(hexOf(written));
    expect(shown).toBe(
      "{1: 'a', 'w': datetime.datetime(2024, 2, 29, 12, 30, 45, 987654, tzinfo=datetime.timezone.utc)}",
    );
  });
});
