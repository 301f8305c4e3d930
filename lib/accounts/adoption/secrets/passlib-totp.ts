import { createDecipheriv, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { Refused } from '../foreign-user.js';
import { fromBase32, toBase32 } from './base32.js';

const derive = promisify(pbkdf2);

/** The rounds are a power of two; 2^14 unless told otherwise. */
const mostCost = 20;
/** Whatever is shorter can be guessed from a few codes. In bytes. */
const leastBytes = 10;
const mostBytes = 128;

/**
 * The secret of an authenticator app, as passlib's `TOTP.to_json()` writes it, encrypted or not; also a URI for apps, and plain base32.
 *
 * @returns base32
 * @throws Refused if it cannot be decrypted, or makes other codes than six digits every 30 seconds
 */
export async function passlibTotpSecret(stored: string, secrets: Readonly<Record<string, string>>): Promise<string> {
  const text = stored.trim();
  if (text.startsWith('{')) return fromJson(text, secrets);
  if (text.startsWith('otpauth://')) return fromUri(text);
  return checked(fromBase32(text));
}

async function fromJson(text: string, secrets: Readonly<Record<string, string>>): Promise<string> {
  const source = parsed(text);
  const get = (name: string): unknown => (source === null ? undefined : Reflect.get(source, name));
  if (get('type') !== 'totp' || get('v') !== 1) throw unreadable();
  assertUsual(get('alg') ?? 'sha1', get('digits') ?? 6, get('period') ?? 30);
  const [key, encrypted] = [get('key'), get('enckey')];
  if (typeof key === 'string') return checked(fromBase32(key));
  if (typeof encrypted !== 'object' || encrypted === null) throw unreadable();
  return checked(await decrypted(encrypted, secrets));
}

/** AES-256-CTR, whose key and counter are derived from the application's secret by PBKDF2. It has no check sum. */
async function decrypted(encrypted: object, secrets: Readonly<Record<string, string>>): Promise<Buffer> {
  const [version, cost, tag, salt, key] = ['v', 'c', 't', 's', 'k'].map((name): unknown =>
    Reflect.get(encrypted, name),
  );
  const secret = typeof tag === 'string' && Object.hasOwn(secrets, tag) ? secrets[tag] : undefined;
  if (version !== 1 || typeof salt !== 'string' || typeof key !== 'string' || secret === undefined) throw unreadable();
  if (typeof cost !== 'number' || !Number.isInteger(cost) || cost < 1 || cost > mostCost) throw unreadable();
  const [saltBytes, keyBytes] = [fromBase32(salt), fromBase32(key)];
  if (saltBytes === null || keyBytes === null) throw unreadable();
  const derived = await derive(secret, saltBytes, 2 ** cost, 48, 'sha256');
  const decipher = createDecipheriv('aes-256-ctr', derived.subarray(0, 32), derived.subarray(32));
  return Buffer.concat([decipher.update(keyBytes), decipher.final()]);
}

function fromUri(text: string): string {
  if (!URL.canParse(text)) throw unreadable();
  const { hostname, searchParams } = new URL(text);
  if (hostname !== 'totp') throw unreadable();
  const get = (name: string, usual: string): string => searchParams.get(name) ?? usual;
  assertUsual(get('algorithm', 'sha1').toLowerCase(), Number(get('digits', '6')), Number(get('period', '30')));
  return checked(fromBase32(get('secret', '')));
}

function assertUsual(algorithm: unknown, digits: unknown, period: unknown): void {
  if (algorithm !== 'sha1' || digits !== 6 || period !== 30) throw unreadable();
}

function checked(secret: Buffer | null): string {
  if (secret === null || secret.length < leastBytes || secret.length > mostBytes) throw unreadable();
  return toBase32(secret);
}

function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

function unreadable(): Refused {
  return new Refused('SECOND_FACTOR_UNREADABLE');
}
