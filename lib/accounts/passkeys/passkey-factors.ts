import type { PasskeyFacts } from './passkey.js';

const keys: readonly string[] = ['hwk', 'swk'];

/** Whether a passkey is all that was proved, and its user was not verified. */
export function isKeyAlone(proved: readonly string[]): boolean {
  return proved.length > 0 && proved.every((factor) => keys.includes(factor));
}

/** What the use of a passkey is worth. */
export type PasskeyWorth =
  /** All factors in one: the key, and what its user was verified by. */
  | 'all'
  /** The second of two. */
  | 'second'
  /** The first of two. */
  | 'first';

/**
 * What a passkey proves, as named in RFC 8176: a key in hardware or in software. `user`, that the user was there, is said only where the
 * user was also verified: `user` and `mfa` together are all factors in one.
 */
export function factorsOfPasskey({ isSyncable }: Pick<PasskeyFacts, 'isSyncable'>, worth: PasskeyWorth): string[] {
  const key = isSyncable ? 'swk' : 'hwk';
  switch (worth) {
    case 'all':
      return [key, 'user', 'mfa'];
    case 'second':
      return [key, 'mfa'];
    case 'first':
      return [key];
  }
}
