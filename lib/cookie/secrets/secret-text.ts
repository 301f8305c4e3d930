/** How secrets are written. */

const hexadecimal = /^(?:[0-9a-f]{2})+$/i;
const base64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** Without case, space and punctuation. */
export function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** What a secret may be the text of: in hexadecimal, or in base64 of either alphabet, with padding or without. */
export function decodingsOf(secret: Buffer): Buffer[] {
  const text = secret.toString('latin1').trim();
  const decoded: Buffer[] = [];
  if (hexadecimal.test(text)) decoded.push(Buffer.from(text, 'hex'));
  if (base64.test(text)) decoded.push(Buffer.from(text, 'base64'));
  return decoded;
}

/**
 * Whether a secret has the form that random bytes have: no text at all, hexadecimal, or the base64 of exactly 32 bytes. No such
 * one is judged by the words that it may hold, so that none is refused for what chance has made of it.
 */
export function isOfRandomForm(secret: Buffer): boolean {
  if (!isText(secret)) return true;
  const text = secret.toString('latin1').trim();
  if (hexadecimal.test(text)) return true;
  if (!base64.test(text)) return false;
  const bytes = Buffer.from(text, 'base64');
  const unpadded = text.replace(/=+$/, '');
  return bytes.length === 32 && [bytes.toString('base64url'), bytes.toString('base64').slice(0, -1)].includes(unpadded);
}

/** Whether bytes are what people type; of 32 random ones not one in many millions is. */
export function isText(bytes: Buffer): boolean {
  try {
    return !/(?!\s)\p{Cc}/u.test(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // Bytes that are no UTF-8 are no text.
    return false;
  }
}
