import type { IncomingHttpHeaders } from 'node:http';
import { isHost, isPlainPath } from './origin.js';

/** What a proxy says about the address that a request was sent to. Trustworthy only if its sender is. */
export interface Forwarded {
  /** With the port, if any; null: not reliable. */
  readonly host: string | null;
  /** `unsaid`: the `Forwarded` header does not say, or the platform reads it from `X-Forwarded-Proto`. */
  readonly scheme: 'https' | 'http' | 'unsaid';
  /** What was removed from the path, such as `/shop`; empty: nothing. */
  readonly prefix: string;
}

/**
 * Reads `X-Forwarded-Host`, `X-Forwarded-Prefix` and `Forwarded` (RFC 7239). Duplicate or contradictory values do not come from
 * the nearest proxy alone, and are ignored.
 */
export function forwardedIn(headers: IncomingHttpHeaders): Forwarded {
  const standard = onlyElementOf(single(headers.forwarded) ?? '');
  const [said, saidToo] = [single(headers['x-forwarded-host'])?.trim(), standard?.get('host')];
  const isOneWord = said === undefined || saidToo === undefined || said.toLowerCase() === saidToo.toLowerCase();
  const host = isOneWord ? (said ?? saidToo ?? '') : '';
  const scheme = headers['x-forwarded-proto'] === undefined ? standard?.get('proto')?.toLowerCase() : undefined;
  const prefix = (single(headers['x-forwarded-prefix']) ?? '').trim().replace(/\/$/, '');
  return {
    host: isHost(host) ? host : null,
    scheme: scheme === undefined ? 'unsaid' : scheme === 'https' ? 'https' : 'http',
    prefix: isPlainPath(prefix) ? prefix : '',
  };
}

const longestForwarded = 2048;
/** One `name=value` pair of RFC 7239, with the semicolon before it. */
const pair = /(?:^|;)[ \t]*([!#$%&'*+.^_`|~\w-]+)=(?:([!#$%&'*+.^_`|~\w-]+)|"((?:[^"\\]|\\.)*)")[ \t]*/gy;

/** The parameters of the header's only element; null: there are several, or it is malformed. */
function onlyElementOf(header: string): ReadonlyMap<string, string> | null {
  if (header.length > longestForwarded) return null;
  const parameters = new Map<string, string>();
  let end = 0;
  for (const [whole, name = '', token, quoted = ''] of header.trim().matchAll(pair)) {
    end += whole.length;
    if (parameters.has(name.toLowerCase())) return null;
    parameters.set(name.toLowerCase(), token ?? quoted.replace(/\\(.)/gs, '$1'));
  }
  return end === header.trim().length ? parameters : null;
}

/** Node joins duplicates, or returns an array. */
function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.join(', ');
}
