/**
 * The URL that `text` is; null where it is none.
 *
 * `URL.canParse(text)` is not asked: in Node 20.20, once it has been optimised, it is wrong about hosts with letters such as
 * `ü`, and in both directions.
 */
export function parseUrl(text: string, base?: string): URL | null {
  try {
    return new URL(text, base);
  } catch {
    return null;
  }
}
