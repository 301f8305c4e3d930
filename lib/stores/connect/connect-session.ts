import { randomBytes } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import type { ConnectCookie, ConnectSession } from './connect.client.js';

const openingBrace = 0x7b;

/** A new session for these bytes, with a new version. */
export function toSession(bytes: Uint8Array, now: number, ttlMs: number): ConnectSession {
  const buffer = Buffer.from(bytes);
  // Readable in the database if possible.
  const encoding = buffer[0] === openingBrace && isUtf8(buffer) && !buffer.includes(0) ? 'text' : 'base64';
  return {
    cookie: cookieFor(now, ttlMs),
    version: randomBytes(12).toString('base64url'),
    encoding,
    record: encoding === 'text' ? buffer.toString('utf8') : buffer.toString('base64'),
  };
}

/** The same session with another lifetime. */
export function withLife(session: ConnectSession, now: number, ttlMs: number): ConnectSession {
  return { ...session, cookie: cookieFor(now, ttlMs) };
}

/** `null` if it is not a session of this adapter. */
export function parseSession(value: unknown): ConnectSession | null {
  if (typeof value !== 'object' || value === null) return null;
  const { version, record, encoding, cookie } = value as Partial<Record<keyof ConnectSession, unknown>>;
  if (typeof version !== 'string' || typeof record !== 'string') return null;
  if (encoding !== 'text' && encoding !== 'base64') return null;
  if (typeof cookie !== 'object' || cookie === null) return null;
  return { version, record, encoding, cookie: cookie as ConnectCookie };
}

export function bytesOf({ record, encoding }: ConnectSession): Uint8Array {
  return new Uint8Array(Buffer.from(record, encoding === 'text' ? 'utf8' : 'base64'));
}

function cookieFor(now: number, ttlMs: number): ConnectCookie {
  return { originalMaxAge: ttlMs, maxAge: ttlMs, expires: new Date(now + ttlMs), httpOnly: true, path: '/' };
}
