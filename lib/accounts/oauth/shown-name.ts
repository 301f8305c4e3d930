import { isWellFormed } from '../../config/well-formed.js';
import type { OAuthProfile } from './provider-settings.js';

/** In code points. */
const longest = 100;

/** What the owner of an account at a provider recognises it by; null: nothing is known that can be shown. */
export function shownNameOf({
  email,
  username,
  name,
}: Pick<OAuthProfile, 'email' | 'username' | 'name'>): string | null {
  const text = [email, username, name].find((one) => one !== null && isWellFormed(one)) ?? '';
  const line = text
    .replace(/\p{Cc}+/gu, ' ')
    .normalize('NFC')
    .trim();
  return line === '' ? null : Array.from(line).slice(0, longest).join('');
}
