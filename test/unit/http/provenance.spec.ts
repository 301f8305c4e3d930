import { describe, expect, it } from '@jest/globals';
import { verdictOn } from '../../../lib/http/provenance.js';

const own = 'https://shop.example';
const trusted = new Set(['https://app.example', 'capacitor://localhost']);

describe('whose page a request comes from', () => {
  it.each([
    ['same-origin', undefined, 'ours'],
    ['same-origin', own, 'ours'],
    // A page that tells nobody where its readers come from (Referrer-Policy: no-referrer).
    ['same-origin', 'null', 'ours'],
    ['same-site', undefined, 'cross-site'],
    ['same-site', 'https://blog.shop.example', 'cross-site'],
    ['cross-site', undefined, 'cross-site'],
    ['cross-site', 'https://evil.example', 'cross-site'],
    ['cross-site', own, 'cross-site'],
    ['cross-site', 'null', 'cross-site'],
    ['cross-site', 'https://app.example', 'ours'],
    ['cross-site', 'capacitor://localhost', 'ours'],
    ['same-site', 'https://app.example', 'ours'],
    ['none', undefined, 'unsaid'],
    ['none', own, 'ours'],
    ['none', 'null', 'hidden'],
    ['none', 'https://evil.example', 'foreign-origin'],
    [undefined, undefined, 'unsaid'],
    [undefined, own, 'ours'],
    [undefined, 'https://app.example', 'ours'],
    [undefined, 'null', 'hidden'],
    [undefined, 'null, null', 'foreign-origin'],
    [undefined, '', 'foreign-origin'],
    [undefined, 'http://shop.example', 'foreign-origin'],
    [undefined, 'https://shop.example:8443', 'foreign-origin'],
    [undefined, 'https://shop.example.evil.example', 'foreign-origin'],
    [undefined, 'https://blog.shop.example', 'foreign-origin'],
    [undefined, `${own}/`, 'foreign-origin'],
    [undefined, `${own}, https://evil.example`, 'foreign-origin'],
    [undefined, 'https://app.example, https://evil.example', 'foreign-origin'],
    // Whatever no browser says.
    ['', own, 'cross-site'],
    ['same-origin, cross-site', own, 'cross-site'],
    ['Same-Origin', own, 'cross-site'],
    ['same-planet', own, 'cross-site'],
  ])('ASVS 3.5.1: Sec-Fetch-Site %s with the Origin %s: %s', (site, origin, expected) => {
    expect(verdictOn({ site, origin }, () => own, trusted)).toBe(expected);
  });

  it('is nobody known where the request has no usable host', () => {
    expect(verdictOn({ site: undefined, origin: own }, () => null, trusted)).toBe('foreign-origin');
  });

  it('is told without the own origin where the browser says enough', () => {
    const unasked = (): never => {
      throw new Error('The own origin was asked for.');
    };
    expect(verdictOn({ site: 'same-origin', origin: own }, unasked, trusted)).toBe('ours');
    expect(verdictOn({ site: 'cross-site', origin: own }, unasked, trusted)).toBe('cross-site');
  });
});
