import { describe, expect, it } from '@jest/globals';
import { isPlayerOf } from '../../../../lib/auth/protection/media-player.js';

const webKit = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const browsers = {
  iPhone: `Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) ${webKit} Version/17.6 Mobile/15E148 Safari/604.1`,
  'Chrome on an iPhone': `Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) ${webKit} CriOS/140.0 Mobile/15E148 Safari/604.1`,
  iPad: `Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) ${webKit} Version/17.6 Mobile/15E148 Safari/604.1`,
  Mac: `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webKit} Version/17.6 Safari/605.1.15`,
  'Chrome on a Mac': `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${chrome}`,
  'Firefox on a Mac': 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0',
  Windows: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${chrome}`,
  Android: `Mozilla/5.0 (Linux; Android 10; K) ${chrome}`,
  'Windows Phone':
    'Mozilla/5.0 (Mobile; Windows Phone 8.1; Android 4.0; like iPhone OS 7_0_3 Mac OS X AppleWebKit/537 (KHTML, like Gecko)',
  'a text with the name in it': 'curl/8.5.0 Mozilla/5.0 (iPhone; CPU) AppleWebKit/605',
  nothing: '',
};
const player = (device: string): string =>
  `AppleCoreMedia/1.0.0.21G80 (${device}; U; CPU OS 17_6 like Mac OS X; en_us)`;

describe('the media player of the device that a login was made on', () => {
  it.each<[keyof typeof browsers, readonly string[]]>([
    ['iPhone', ['iPhone', 'iPod']],
    ['Chrome on an iPhone', ['iPhone', 'iPod']],
    ['iPad', ['iPhone', 'iPad']],
    // A phone that asks for pages "as on a desktop" says so.
    ['Mac', ['iPhone', 'iPod', 'iPad', 'Macintosh']],
    ['Chrome on a Mac', []],
    ['Firefox on a Mac', []],
    ['Windows', []],
    ['Android', []],
    ['Windows Phone', []],
    ['a text with the name in it', []],
    ['nothing', []],
  ])('by %s is that of %j', (login, devices) => {
    const all = ['iPhone', 'iPod', 'iPad', 'Macintosh', 'Apple TV', 'Windows'];
    expect(all.filter((device) => isPlayerOf(browsers[login], player(device)))).toEqual(devices);
  });

  it('is known by its whole name', () => {
    for (const userAgent of [browsers.iPhone, 'AppleCoreMedia', 'AppleCoreMedia/1.0.0', `x ${player('iPhone')}`, '']) {
      expect(isPlayerOf(browsers.iPhone, userAgent)).toBe(false);
    }
  });
});
