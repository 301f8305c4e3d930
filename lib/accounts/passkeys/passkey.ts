import type { Credential, NewCredential } from '../repository/credential.js';

/** The kind of its rows among the credentials. */
export const passkeyKind = 'passkey';

/** What is known of a passkey besides its name. */
export interface PasskeyFacts {
  /** Chosen by the authenticator, in base64url. */
  readonly credentialId: string;
  /** In COSE form, in base64url. */
  readonly publicKey: string;
  /** How often it has been used, as the authenticator counts; 0: it does not. */
  readonly counter: number;
  /** How the browser reaches it, such as `internal` or `usb`. */
  readonly transports: readonly string[];
  /** Whether it may be copied to other devices. Never changes. */
  readonly isSyncable: boolean;
  /** Whether it has been. */
  readonly isBackedUp: boolean;
  /** Whether the browser finds it by itself, as a login with it needs; null: it did not say. */
  readonly isDiscoverable: boolean | null;
  /** The model of the authenticator (`aaguid` of WebAuthn); zeros: it does not say. */
  readonly aaguid: string;
}

/** A passkey as it is stored. */
export interface StoredPasskey extends PasskeyFacts {
  readonly row: Credential;
}

/** A passkey as its owner sees it. @publicApi */
export interface Passkey {
  readonly id: string;
  /** The name that its owner chose; null: none. */
  readonly name: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  /** Whether it can be copied to other devices, as those of most password managers. */
  readonly isSyncable: boolean;
  /** Whether it has been. */
  readonly isBackedUp: boolean;
  /** How the browser reaches it, such as `internal` or `usb`. */
  readonly transports: readonly string[];
}

/** @param hasOwnHandle whether its authenticator names a user handle that is not the account's: one that was adopted may */
export function newPasskeyRow(facts: PasskeyFacts, name: string | null, hasOwnHandle = false): NewCredential {
  const { credentialId, ...data } = facts;
  return {
    kind: passkeyKind,
    externalId: credentialId,
    name,
    data: { ...data, ...(hasOwnHandle && { hasOwnHandle }) },
  };
}

/** The row with what a use has changed. */
export function usedRow(
  { row }: StoredPasskey,
  { counter, isBackedUp }: Pick<PasskeyFacts, 'counter' | 'isBackedUp'>,
  at: Date,
): Credential {
  return { ...row, data: { ...row.data, counter, isBackedUp }, lastUsedAt: at };
}

/** Null: not a row that {@link newPasskeyRow} has made. */
export function storedPasskey(row: Credential): StoredPasskey | null {
  const { publicKey, counter, transports, isSyncable, isBackedUp, isDiscoverable, aaguid } = row.data;
  if (row.kind !== passkeyKind || row.externalId === null) return null;
  if (typeof publicKey !== 'string' || typeof counter !== 'number' || typeof isSyncable !== 'boolean') return null;
  return {
    row,
    credentialId: row.externalId,
    publicKey,
    counter,
    isSyncable,
    isBackedUp: isBackedUp === true,
    isDiscoverable: typeof isDiscoverable === 'boolean' ? isDiscoverable : null,
    transports: Array.isArray(transports) ? transports.filter((one): one is string => typeof one === 'string') : [],
    aaguid: typeof aaguid === 'string' ? aaguid : '',
  };
}

/** What its owner sees. */
export function shownPasskey({ row, isSyncable, isBackedUp, transports }: StoredPasskey): Passkey {
  const { id, name, createdAt, lastUsedAt } = row;
  return { id, name, createdAt, lastUsedAt, isSyncable, isBackedUp, transports };
}
