import type { IncomingHttpHeaders } from 'node:http';
import { isHost, isPlainPath } from './origin.js';

/** What a proxy says about the address that a request was sent to. It is worth as much as whoever has sent it. */
export interface Forwarded {
  /** With a port where there is one; null: nothing that can be relied on. */
  readonly host: string | null;
  /** Null: the header `Forwarded` does not say, or the platform reads the same in `X-Forwarded-Proto`. */
  readonly isHttps: boolean | null;
  /** What was taken off the path, such as `/shop`; empty: nothing. */
  readonly prefix: string;
}

/**
 * Reads `X-Forwarded-Host`, `X-Forwarded-Prefix` and `Forwarded` (RFC 7239). Whatever comes twice, or in two ways that differ,
 * is no word of the nearest proxy alone: it counts for nothing.
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
    isHttps: scheme === undefined ? null : scheme === 'https',
    prefix: isPlainPath(prefix) ? prefix : '',
  };
}

const longestForwarded = 2048;
/** One `name=value` of RFC 7239, with the semicolon before it. */
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

/** Node joins what comes twice, or gives a list. */
function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : header?.join(', ');
}
