import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';

/** Opens a token of Fernet with one of some keys; null: none of them made it. @see https://github.com/fernet/spec */
export function openFernet(token: string, keys: readonly string[]): string | null {
  const bytes = Buffer.from(token, 'base64url');
  // Version, time, counter, at least one block, signature.
  if (bytes[0] !== 0x80 || bytes.length < 1 + 8 + 16 + 16 + 32) return null;
  const [signed, signature] = [bytes.subarray(0, -32), bytes.subarray(-32)];
  for (const key of keys) {
    const whole = Buffer.from(key, 'base64url');
    if (whole.length !== 32) continue;
    const mine = createHmac('sha256', whole.subarray(0, 16)).update(signed).digest();
    if (!timingSafeEqual(mine, signature)) continue;
    const decipher = createDecipheriv('aes-128-cbc', whole.subarray(16), signed.subarray(9, 25));
    return Buffer.concat([decipher.update(signed.subarray(25)), decipher.final()]).toString();
  }
  return null;
}
