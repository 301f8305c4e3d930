import { randomBytes } from 'node:crypto';

/** The alphabet of base32 (RFC 4648). */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** 120 bits: 24 letters, in groups of four. */
const bytes = 15;

/** A new code, as its owner sees it: `ABCD-EFGH-…`. */
export function newRecoveryCode(): string {
  let bits = BigInt(`0x${randomBytes(bytes).toString('hex')}`);
  let code = '';
  for (let letter = 0; letter < (bytes * 8) / 5; letter++) {
    code = String(alphabet[Number(bits & 31n)]) + code;
    bits >>= 5n;
  }
  return (code.match(/.{4}/g) ?? []).join('-');
}

/** Codes that were adopted: of Flask-Security, twelve hexadecimal digits; of better-auth, ten letters and digits, in upper and lower case. */
const adoptedForms = { flask: /^[0-9a-f]{12}$/i, betterAuth: /^[A-Za-z0-9]{10}$/ };

/** A code without what is typed between its letters; null: it cannot be one. */
export function plainRecoveryCode(typed: string): string | null {
  const code = typed.replace(/[\s-]/g, '');
  if (adoptedForms.flask.test(code)) return code.toLowerCase();
  if (adoptedForms.betterAuth.test(code)) return code;
  const letters = code.toUpperCase();
  return /^[A-Z2-7]{24}$/.test(letters) ? letters : null;
}
