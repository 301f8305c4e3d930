/** The encodings of secrets. */

const hexadecimal = /^(?:[0-9a-f]{2})+$/i;
const base64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** Without case, spaces and punctuation. */
export function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** What a secret may decode to: from hexadecimal, or from base64 of either alphabet, with or without padding. */
export function decodingsOf(secret: Buffer): Buffer[] {
  const text = secret.toString('latin1').trim();
  const decoded: Buffer[] = [];
  if (hexadecimal.test(text)) decoded.push(Buffer.from(text, 'hex'));
  if (base64.test(text)) decoded.push(Buffer.from(text, 'base64'));
  return decoded;
}

/**
 * Whether a secret looks like random bytes: not text at all, hexadecimal, or the base64 of exactly 32 bytes. Such a secret is
 * not checked for words, so that none is rejected for a coincidence.
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

/** Whether bytes are printable text; of 32 random bytes, fewer than one in many millions are. */
export function isText(bytes: Buffer): boolean {
  try {
    return !/(?!\s)\p{Cc}/u.test(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // Not valid UTF-8.
    return false;
  }
}
