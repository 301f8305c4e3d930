import { describe, expect, it } from '@jest/globals';
import { judgeHandshake } from '../../../lib/http/handshake-origin.js';

const own = 'https://shop.example';
const trusted = new Set(['https://app.example']);

describe('which page has opened a WebSocket', () => {
  it.each([
    [undefined, own, 'ours'],
    ['same-origin', own, 'ours'],
    // A proxy that the application does not know has changed the host.
    ['same-origin', 'https://outside.example', 'ours'],
    [undefined, 'https://app.example', 'ours'],
    ['cross-site', 'https://app.example', 'ours'],
    [undefined, undefined, 'unsaid'],
    ['none', undefined, 'unsaid'],
    ['same-origin', undefined, 'unsaid'],
    ['same-site', undefined, 'foreign'],
    ['cross-site', undefined, 'foreign'],
    ['same-origin, same-origin', undefined, 'foreign'],
    [undefined, 'null', 'hidden'],
    ['cross-site', 'null', 'foreign'],
    [undefined, 'https://evil.example', 'foreign'],
    [undefined, 'http://shop.example', 'foreign'],
    [undefined, 'https://shop.example:8443', 'foreign'],
    ['same-site', 'https://blog.shop.example', 'foreign'],
    ['cross-site', own, 'foreign'],
  ] as const)('Sec-Fetch-Site %s with the Origin %s: %s', (site, origin, verdict) => {
    expect(judgeHandshake({ provenance: { site, origin }, origin: own }, trusted)).toBe(verdict);
  });
});
