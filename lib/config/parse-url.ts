/**
 * Parses a URL; null if it is invalid.
 *
 * `URL.canParse(text)` is not used: in Node 20.20, once optimised, it is wrong about hosts with letters such as `ü`, in both
 * directions.
 */
export function parseUrl(text: string, base?: string): URL | null {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}
