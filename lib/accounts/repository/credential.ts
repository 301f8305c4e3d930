import { randomBytes } from 'node:crypto';
import type { JsonObject } from './json.js';

/**
 * Something that an account can have several of: a second factor, a passkey, a recovery code, a trusted device, a long-lived proof.
 *
 * @publicApi
 */
export interface Credential {
  readonly id: string;
  readonly accountId: string;
  /** The feature that it belongs to, such as `totp` or `passkey`. */
  readonly kind: string;
  /** The key to find it by, such as the id of a passkey or a hash; unique within its kind. Null: it is only found by its account. */
  readonly externalId: string | null;
  /** The name that the account's owner chose; null: none. */
  readonly name: string | null;
  /** The data of the feature; secrets in it are sealed. */
  readonly data: JsonObject;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  /** When it stops being valid; null: never. The feature checks it: a repository returns expired credentials as well. */
  readonly expiresAt: Date | null;
  /** Increased by each update; see {@link AccountRepository.updateCredential}. */
  readonly version: number;
}

/** A credential to add. Omitted fields are empty. @publicApi */
export interface NewCredential {
  /** Default: 128 random bits in base64url. */
  readonly id?: string;
  readonly kind: string;
  readonly externalId?: string | null;
  readonly name?: string | null;
  readonly data?: JsonObject;
  /** Default: now. */
  readonly createdAt?: Date;
  readonly lastUsedAt?: Date | null;
  readonly expiresAt?: Date | null;
}

/** The credential that a {@link NewCredential} becomes. For repositories of your own. @publicApi */
export function createdCredential(accountId: string, credential: NewCredential, now: Date): Credential {
  return {
    id: credential.id ?? randomBytes(16).toString('base64url'),
    accountId,
    kind: credential.kind,
    externalId: credential.externalId ?? null,
    name: credential.name ?? null,
    data: credential.data ?? {},
    createdAt: credential.createdAt ?? now,
    lastUsedAt: credential.lastUsedAt ?? null,
    expiresAt: credential.expiresAt ?? null,
    version: 1,
  };
}
