import { expect, it } from '@jest/globals';
import { pages } from './pages.js';

it('the readme is read to its end: it has at most 12 kB', () => {
  const text = pages().find(({ path }) => path === 'README.md')?.text ?? '';
  expect(text).not.toBe('');
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(12_000);
});
