import type { PasskeyFacts } from '../passkeys/passkey.js';
import type { TrackedLogin } from '../repository/account.js';

/** Why a user is not adopted. @publicApi */
export type AdoptionRefusal =
  /** It has no address. */
  | 'EMAIL_MISSING'
  /** Its address is not valid. */
  | 'EMAIL_INVALID'
  /** A user with a lower id has the same address, possibly spelled differently. */
  | 'EMAIL_DUPLICATE'
  /** Another account has the address. */
  | 'EMAIL_TAKEN'
  /** Another account has the id. */
  | 'ID_TAKEN'
  /** Its second factor cannot be read: without it, the account would be less secure than before. */
  | 'SECOND_FACTOR_UNREADABLE'
  /** Another account has one of the passkeys. */
  | 'PASSKEY_TAKEN'
  /** A value cannot be stored: it is too long, or has the wrong type. */
  | 'VALUE_INVALID';

/** A difference between a user and its account. @publicApi */
export type AdoptionNote =
  /** There is no password: its owner can set one by email. */
  | 'PASSWORD_MISSING'
  /** The form of the hash is not supported: the account has no password until its owner sets one by email. */
  | 'PASSWORD_UNKNOWN'
  /** The hash is too expensive to check; as above. */
  | 'PASSWORD_TOO_COSTLY'
  /** The username is not valid here, for example because it contains `@`: the account has none. */
  | 'USERNAME_INVALID'
  /** A user with a lower id has the same username, possibly spelled differently: the account has none. */
  | 'USERNAME_DUPLICATE'
  /** Another account has the username: the account has none. */
  | 'USERNAME_TAKEN'
  /** The second factor was a code by email, which is not one here unless `mailAsSecondFactor` allows it. */
  | 'SECOND_FACTOR_BY_MAIL'
  /** Recovery codes cannot be read, and are omitted. */
  | 'RECOVERY_CODES_UNREADABLE'
  /** The address has not been confirmed. */
  | 'UNCONFIRMED'
  | 'DISABLED';

/** A user as the table of another application has it. */
export interface ForeignUser {
  readonly email: string | null;
  readonly username: string | null;
  readonly password: string | null;
  readonly active: boolean;
  readonly confirmedAt: Date | null;
  readonly createdAt: Date | null;
  readonly lockedUntil: Date | null;
  readonly roles: readonly string[];
  readonly loginCount: number;
  readonly lastLogin: TrackedLogin | null;
  readonly currentLogin: TrackedLogin | null;
  /** The secrets of its authenticator apps, in base32. */
  readonly totp: readonly string[];
  /** The telephones that get its codes, in E.164 form. */
  readonly phones: readonly string[];
  readonly recoveryCodes: readonly string[];
  /** The user handle of its passkeys, in base64url. */
  readonly handle: string | null;
  readonly passkeys: readonly ForeignPasskey[];
  readonly notes: readonly AdoptionNote[];
}

export interface ForeignPasskey {
  readonly facts: PasskeyFacts;
  /** Whether its authenticator names a user handle that nobody has kept. */
  readonly hasOwnHandle: boolean;
  readonly name: string | null;
  readonly createdAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** A user with nothing but an address; formats say what they know. */
export const emptyUser: ForeignUser = {
  email: null,
  username: null,
  password: null,
  active: true,
  confirmedAt: null,
  createdAt: null,
  lockedUntil: null,
  roles: [],
  loginCount: 0,
  lastLogin: null,
  currentLogin: null,
  totp: [],
  phones: [],
  recoveryCodes: [],
  handle: null,
  passkeys: [],
  notes: [],
};

/** A user that is not adopted. */
export class Refused extends Error {
  constructor(readonly reason: AdoptionRefusal) {
    super(reason);
  }
}
