import { describe, expect, it } from '@jest/globals';
import { Notices } from '../../../lib/http/notices.js';
import type { Platform } from '../../../lib/http/platforms/platform.js';
import type { RawRequest } from '../../../lib/http/platforms/raw.js';
import { TransportNotice } from '../../../lib/http/transport-notice.js';

/** What is said of one request by plain HTTP. */
function saidOf(host: string, from: string, { isPublicByHttps = false, isHttps = false } = {}): string[] {
  const lines: string[] = [];
  const notice = new TransportNotice(new Notices({ warn: (line) => lines.push(line) }), isPublicByHttps);
  const raw = { headers: { host }, socket: { remoteAddress: from } } as RawRequest;
  const platform = { isHttps: () => isHttps, trustsSender: () => false } as Partial<Platform> as Platform;
  for (let round = 0; round < 3; round++) notice.look({}, raw, platform);
  return lines;
}

describe('plain HTTP in production', () => {
  it('is told of once', () => {
    expect(saidOf('shop.example', '192.0.2.7')).toEqual([expect.stringContaining('came over plain HTTP')]);
  });

  it.each([
    ['localhost:3000', '127.0.0.1'],
    ['shop.example', '::1'],
    ['shop.example', '::ffff:127.0.0.1'],
    ['127.0.0.1:3000', '192.0.2.7'],
    ['[::1]:3000', '192.0.2.7'],
  ])('is not told of where it comes from this machine: %s, %s', (host, from) => {
    expect(saidOf(host, from)).toEqual([]);
  });

  it('is not told of where it is HTTPS after all', () => {
    expect(saidOf('shop.example', '192.0.2.7', { isHttps: true })).toEqual([]);
    expect(saidOf('shop.example', '192.0.2.7', { isPublicByHttps: true })).toEqual([]);
  });
});
