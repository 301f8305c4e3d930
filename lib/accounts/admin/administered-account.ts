import type { ApiKey } from '../api-keys/listed-api-key.js';
import type { Invitation } from '../invitations/invitation.js';
import type { AccountFacts } from '../repository/account.js';
import type { JsonObject } from '../repository/json.js';
import type { ListedSession } from '../sessions/listed-session.js';

/**
 * Whether an account lets its owner in. `disabled`: by an administrator. `frozen`: after a change was reported, or in the middle of a reset.
 * `deleted`: its deletion was requested. `locked`: for some time. `unconfirmed`: its address is. `reset-owed`: until its owner sets a new
 * password.
 *
 * @publicApi
 */
export type AccountStatus = 'active' | 'disabled' | 'frozen' | 'deleted' | 'locked' | 'unconfirmed' | 'reset-owed';

/** An account as administrators see it in a list: nothing that proves who somebody is. @publicApi */
export interface AccountSummary extends AccountFacts {
  readonly status: AccountStatus;
  readonly hasPassword: boolean;
  /** Whether an administrator requires a second factor of it. */
  readonly secondFactorRequired: boolean;
}

/** A factor of an account, as administrators see it. @publicApi */
export interface AdministeredFactor {
  readonly kind: 'totp' | 'passkey' | 'phone' | 'oauth';
  /** Its name, as its owner chose it; null: none. */
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
  /** Where it is logged in, and the devices that it trusts; null: the session store cannot tell. */
  readonly sessions: readonly ListedSession[] | null;
  readonly apiKeys: readonly ApiKey[];
}

/** A page of accounts, in the order of their ids. @publicApi */
export interface FoundAccounts {
  readonly accounts: readonly AccountSummary[];
  /** What to pass as `after` for the next page; null: this is the last one. */
  readonly next: string | null;
}

/** A role that an account has or may get, on its page. @publicApi */
export interface ShownRole {
  readonly name: string;
  readonly isHeld: boolean;
  /** Whether who looks at the page may give it and take it away. */
  readonly isGrantable: boolean;
}

/** What the pages for administrators show; what is not of a page is empty there. @publicApi */
export interface AdministrationShown extends FoundAccounts {
  /** The account of the page; null: none. */
  readonly account: AccountDetails | null;
  /** The roles that it, or who is invited, has or may get. */
  readonly roles: readonly ShownRole[];
  readonly invitations: readonly Invitation[];
}
