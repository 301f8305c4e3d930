import type { ApiKey } from '../api-keys/listed-api-key.js';
import type { Invitation } from '../invitations/invitation.js';
import type { AccountFacts } from '../repository/account.js';
import type { JsonObject } from '../repository/json.js';
import type { ListedSession } from '../sessions/listed-session.js';

/**
 * Whether the owner of an account can log in. `disabled`: by an administrator. `frozen`: after a change was reported, or during a reset.
 * `deleted`: its deletion was requested. `locked`: temporarily. `unconfirmed`: its address is. `reset-owed`: until its owner sets a new
 * password.
 *
 * @publicApi
 */
export type AccountStatus = 'active' | 'disabled' | 'frozen' | 'deleted' | 'locked' | 'unconfirmed' | 'reset-owed';

/** An account as administrators see it in a list, without any secrets. @publicApi */
export interface AccountSummary extends AccountFacts {
  readonly status: AccountStatus;
  readonly hasPassword: boolean;
  /** Whether an administrator requires a second factor. */
  readonly secondFactorRequired: boolean;
}

/** A factor of an account, as administrators see it. @publicApi */
export interface AdministeredFactor {
  readonly kind: 'totp' | 'passkey' | 'phone' | 'oauth';
  /** The name that its owner chose; null: none. */
  readonly name: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** An account as administrators see it. @publicApi */
export interface AccountDetails extends AccountSummary {
  /** The declared fields of the application. */
  readonly data: JsonObject;
  readonly factors: readonly AdministeredFactor[];
  /** How many recovery codes are left. */
  readonly recoveryCodes: number;
  /** Its sessions and trusted devices; null: the session store cannot list them. */
  readonly sessions: readonly ListedSession[] | null;
  readonly apiKeys: readonly ApiKey[];
}

/** A page of accounts, in the order of their ids. @publicApi */
export interface FoundAccounts {
  readonly accounts: readonly AccountSummary[];
  /** The value of `after` for the next page; null: this is the last one. */
  readonly next: string | null;
}

/** A role that an account has or can get, on its page. @publicApi */
export interface ShownRole {
  readonly name: string;
  readonly isHeld: boolean;
  /** Whether the administrator may grant and revoke it. */
  readonly isGrantable: boolean;
}

/** The data of the pages for administrators; what a page does not show is empty. @publicApi */
export interface AdministrationShown extends FoundAccounts {
  /** The account of the page; null: none. */
  readonly account: AccountDetails | null;
  /** The roles that the account, or the invited person, has or can get. */
  readonly roles: readonly ShownRole[];
  readonly invitations: readonly Invitation[];
}
