import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { newSessionId } from '../../../lib/session/session-id.js';

const lib = join(import.meta.dirname, '../../../lib');

it('ASVS 7.2.3, 11.5.1: of 20 000 ids no two are alike, and each of their 256 bits is set in half of them', () => {
  const count = 20_000;
  const seen = new Set<string>();
  const set = new Uint32Array(256);
  for (let drawn = 0; drawn < count; drawn++) {
    const id = newSessionId(32);
    seen.add(id);
    const bytes = Buffer.from(id, 'base64url');
    for (let bit = 0; bit < 256; bit++) set[bit]! += (bytes[bit >> 3]! >> (bit & 7)) & 1;
  }

  expect(seen.size).toBe(count);
  // Seven standard deviations: good bits are outside of them once in a billion runs.
  const most = (7 * Math.sqrt(count)) / 2;
  expect([...set].filter((ones) => Math.abs(ones - count / 2) > most)).toEqual([]);
});

it('ASVS 7.2.3, 11.5.1: nothing in the package draws from Math.random, and nothing is a UUID', () => {
  const sources = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(sources).toContain(join('session', 'session-id.ts'));
  // Flask's cookies may hold a UUID as a value, which is another matter.
  const own = sources.filter((file) => !file.startsWith(join('interop', 'flask')));
  const weak = own.filter((file) => /\bMath\s*\.\s*random\b|uuid/i.test(readFileSync(join(lib, file), 'utf8')));
  expect(weak).toEqual([]);
});
