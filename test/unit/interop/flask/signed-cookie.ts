import { createHmac } from 'node:crypto';
import { deflateSync, inflateSync } from 'node:zlib';

/** The secret and the time of issue that most of the vectors have. */
export const secretKey = 'dev-secret';
export const issued = 1_700_000_000;

/** A cookie with a valid signature around any payload, made without the code under test. */
export function signedCookie(payload: string, time = 'ZVPxAA', secret: string | Buffer = secretKey): string {
  const key = createHmac('sha1', secret).update('cookie-session').digest();
  const text = `${payload}.${time}`;
  return `${text}.${createHmac('sha1', key).update(text).digest('base64url')}`;
}

export function signedJson(json: string | Buffer): string {
  return signedCookie(Buffer.from(json).toString('base64url'));
}

export function signedAndDeflated(json: string | Buffer): string {
  return signedCookie(`.${deflateSync(json).toString('base64url')}`);
}

/** The JSON in a cookie, compressed or not. */
export function jsonIn(cookie: string): string {
  const isCompressed = cookie.startsWith('.');
  const payload = Buffer.from(cookie.split('.')[isCompressed ? 1 : 0] ?? '', 'base64url');
  return (isCompressed ? inflateSync(payload) : payload).toString();
}
