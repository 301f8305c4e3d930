import { createRequire } from 'node:module';

/** What express-session signs its cookie with. */
interface CookieSignature {
  sign(value: string, secret: string | Uint8Array): string;
  unsign(signed: string, secret: string | Uint8Array): string | false;
}

export const cookieSignature = createRequire(import.meta.url)('cookie-signature') as CookieSignature;
