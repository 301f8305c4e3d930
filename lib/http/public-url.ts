import { OptionMismatch, type OptionKind } from '../config/option.js';
import { isPlainPath, webOriginOf } from './origin.js';

/** The application's public URL. */
export interface PublicUrl {
  /** As browsers send it: `https://shop.example`. */
  readonly origin: string;
  /** The path prefix that a proxy removes before it forwards a request, such as `/shop`; empty: none. */
  readonly prefix: string;
}

const parts = /^([^/]+:\/\/[^/]+)(\/.*)?$/s;

/** An http or https URL without user, query and fragment, and with a path of plain segments, if any. */
export function publicUrl(): OptionKind<PublicUrl, string> {
  return {
    expected: 'a URL such as https://shop.example or https://example.com/shop, with nothing after the path',
    parse(raw) {
      const [, start = '', path = ''] = parts.exec(typeof raw === 'string' ? raw.trim() : '') ?? [];
      const origin = webOriginOf(start);
      const prefix = path.replace(/\/$/, '');
      if (origin === null || !(prefix === '' || isPlainPath(prefix))) return new OptionMismatch();
      return { origin, prefix };
    },
  };
}
