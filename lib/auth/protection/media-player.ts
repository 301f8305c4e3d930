/** What Safari, and every browser on an iPhone or an iPad, calls the device in its user agent. */
const browser = /^Mozilla\/5\.0 \((iPhone|iPod|iPad|Macintosh)\b[^()]*\) AppleWebKit\//;
/** Those on a Mac that load video by themselves. */
const ownPlayer = /\b(?:Chrome|Chromium|Edg|OPR|Firefox)\//;
const player = /^AppleCoreMedia\/[\w.]+ \((iPhone|iPod|iPad|Macintosh)\b/;

/**
 * The players that may belong to a browser: one that asks for a page "as on a desktop" says that it is on a Mac, and an
 * application for iPhones that it is on one.
 */
const playersOf: Readonly<Record<string, readonly string[]>> = {
  iPhone: ['iPhone', 'iPod'],
  iPod: ['iPhone', 'iPod'],
  iPad: ['iPad', 'iPhone'],
  Macintosh: ['Macintosh', 'iPad', 'iPhone', 'iPod'],
};

/**
 * Whether a user agent is the media player of the device that the other one, of a browser, is on. Both are anybody's word:
 * the one of the login at least was said before somebody had a reason to lie.
 */
export function isPlayerOf(browserAgent: string, userAgent: string): boolean {
  const device = ownPlayer.test(browserAgent) ? undefined : browser.exec(browserAgent)?.[1];
  const playing = player.exec(userAgent)?.[1];
  return device !== undefined && playing !== undefined && (playersOf[device]?.includes(playing) ?? false);
}
