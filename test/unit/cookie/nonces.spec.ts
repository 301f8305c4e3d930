import { expect, it } from '@jest/globals';
import { Nonces } from '../../../lib/cookie/nonces.js';

it('a nonce is handed out once, has its length, and stays as it is', () => {
  const nonces = new Nonces(24);
  const taken = Array.from({ length: 1000 }, () => nonces.take());
  const copies = taken.map((nonce) => nonce.toString('hex'));
  expect(new Set(copies).size).toBe(1000);
  expect(copies.every((text) => text.length === 48)).toBe(true);
  for (let more = 0; more < 1000; more++) nonces.take();
  expect(taken.map((nonce) => nonce.toString('hex'))).toEqual(copies);
});
