/** Browsers by what only they send. The first match counts, since most also claim to be several others. */
const browsers: readonly (readonly [name: string, sign: RegExp])[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\/(\d+)/],
  ['Opera', /\bOPR\/(\d+)/],
  ['Samsung Internet', /\bSamsungBrowser\/(\d+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d+)/],
  ['Chrome', /\b(?:HeadlessChrome|Chromium|Chrome|CriOS)\/(\d+)/],
  ['Safari', /\bVersion\/(\d+)[\d.]* (?:Mobile\/\S+ )?Safari\//],
];

const systems: readonly (readonly [name: string, sign: RegExp])[] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows NT\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
];

/** The longest name shown for a client that is not a browser, in characters. */
const longest = 60;

/**
 * `Chrome 140 on Linux`, or the product's own name if it is not a browser, such as `curl/8.5.0`. A guess from what the client
 * sent: only for display, and escape it.
 */
export function deviceName(userAgent: string): string {
  const browser = firstOf(browsers, userAgent);
  const system = firstOf(systems, userAgent);
  if (browser !== null) return system === null ? browser : `${browser} on ${system}`;
  const [product = ''] = userAgent.trim().split(/\s/, 1);
  if (product === '') return 'Unknown device';
  return product.length > longest ? `${product.slice(0, longest)}…` : product;
}

function firstOf(known: readonly (readonly [name: string, sign: RegExp])[], userAgent: string): string | null {
  for (const [name, sign] of known) {
    const found = sign.exec(userAgent);
    if (found === null) continue;
    const [, version] = found;
    return version === undefined ? name : `${name} ${version}`;
  }
  return null;
}
