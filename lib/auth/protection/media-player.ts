/** The device in the user agent of Safari, and of every browser on an iPhone or iPad. */
const browser = /^Mozilla\/5\.0 \((iPhone|iPod|iPad|Macintosh)\b[^()]*\) AppleWebKit\//;
/** Browsers on a Mac that load video themselves. */
const ownPlayer = /\b(?:Chrome|Chromium|Edg|OPR|Firefox)\//;
const player = /^AppleCoreMedia\/[\w.]+ \((iPhone|iPod|iPad|Macintosh)\b/;

/**
 * The players that may belong to a browser: one that requests the desktop version of a page claims to be on a Mac, and an
 * application for iPhones claims to be on one.
 */
const playersOf: Readonly<Record<string, readonly string[]>> = {
  iPhone: ['iPhone', 'iPod'],
  iPod: ['iPhone', 'iPod'],
  iPad: ['iPad', 'iPhone'],
  Macintosh: ['Macintosh', 'iPad', 'iPhone', 'iPod'],
};

/**
 * Whether a user agent is the media player of the device on which the other one, a browser's, runs. Both can be forged, but the
 * login's was sent before there was a reason to.
 */
export function isPlayerOf(browserAgent: string, userAgent: string): boolean {
  const device = ownPlayer.test(browserAgent) ? undefined : browser.exec(browserAgent)?.[1];
  const playing = player.exec(userAgent)?.[1];
  return device !== undefined && playing !== undefined && (playersOf[device]?.includes(playing) ?? false);
}
