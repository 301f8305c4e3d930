import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const library = join(import.meta.dirname, '../../lib');
const everything = /^\s*export\s+(?:type\s+)?\*/m;

describe('the exports of a file', () => {
  it('are each named, so that nothing becomes public by accident', () => {
    const files = readdirSync(library, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    expect(files).toContain('index.ts');
    expect(files.filter((name) => everything.test(readFileSync(join(library, name), 'utf8')))).toEqual([]);
  });
});
