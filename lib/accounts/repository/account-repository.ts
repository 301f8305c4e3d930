/**
 * The port between accounts and their storage. A repository keeps accounts and their credentials; it decides nothing about them.
 */
import type { NewAccount, StoredAccount, TrackedLogin } from './account.js';
import type { Credential, NewCredential } from './credential.js';

/** The unique value that already exists. @publicApi */
export type TakenAccountKey = 'id' | 'email' | 'username' | 'credential';

/** @publicApi */
export type CreateAccountResult =
  | { readonly created: StoredAccount }
  /** Another account or credential has it. Nothing was created. */
  | { readonly taken: TakenAccountKey };

/** @publicApi */
export type UpdateAccountResult =
  /** The account as it is now stored, with its new version. */
  | { readonly updated: StoredAccount }
  /** The account has another version than expected; this is its current state. Nothing was changed. */
  | { readonly conflict: StoredAccount }
  /** The account has been deleted. Nothing was changed. */
  | { readonly gone: true }
  /** Another account has the address or the username. Nothing was changed. */
  | { readonly taken: 'email' | 'username' };

/** @publicApi */
export type AddCredentialResult =
  | { readonly added: Credential }
  /** There is a credential with its id, or one of its kind with its external id. Nothing was added. */
  | { readonly taken: true }
  /** The account has been deleted, or has another epoch than expected. Nothing was added. */
  | { readonly gone: true };

/** @publicApi */
export type UpdateCredentialResult =
  | { readonly updated: Credential }
  /** The credential has another version than expected; this is its current state. Nothing was changed. */
  | { readonly conflict: Credential }
  /** The credential has been deleted. Nothing was changed. */
  | { readonly gone: true }
  /** Another credential of its kind has the external id. Nothing was changed. */
  | { readonly taken: true };

/** @publicApi */
export type ReplaceCredentialsResult =
  | { readonly replaced: readonly Credential[] }
  /** As for {@link AddCredentialResult}. Nothing was removed or added. */
  | { readonly taken: true }
  | { readonly gone: true };

/** A credential, and the account that it belongs to. @publicApi */
export interface OwnedCredential {
  readonly account: StoredAccount;
  readonly credential: Credential;
}

/** A query for accounts; all by default. @publicApi */
export interface AccountQuery {
  /** Only active accounts, or only disabled ones. */
  readonly active?: boolean;
  /** Only accounts whose normal address or username (`emailKey`, `usernameKey`, without the version that they begin with) contains it. */
  readonly search?: string;
  /** Only accounts with this role. */
  readonly role?: string;
  /** The `next` of the previous page. */
  readonly after?: string;
  /** The maximum number of accounts in a page, 1 to 1000. Default: 100. */
  readonly limit?: number;
}

/** @publicApi */
export interface AccountPage {
  /** In the order of their ids. */
  readonly accounts: readonly StoredAccount[];
  /** The value of `after` for the next page; null: this is the last one. */
  readonly next: string | null;
}

/**
 * Where accounts are stored. The class is both the type and the injection token.
 *
 * The contract, in the words of its tests (`accountRepositoryContract()` of `nestjs-session-auth/testing`):
 *
 * - What is absent is `null`, and what is taken, gone or changed by another call is a result, never an error. An error means that the
 * database does not respond, or (`AccountValueError`) that a value is invalid; nothing is changed then.
 * - The database guarantees uniqueness: of any number of parallel calls that create one address, exactly one succeeds.
 * - Every change is a compare-and-set on `version`: of any number of parallel changes of one version, exactly one succeeds.
 * - Results belong to the caller: changing them does not change what is stored.
 *
 * @publicApi
 */
export abstract class AccountRepository {
  abstract find(id: string): Promise<StoredAccount | null>;

  /** Finds an account by the normal form of its address or its username: `emailKey` or `usernameKey`. */
  abstract findBy(property: 'email' | 'username', key: string): Promise<StoredAccount | null>;

  /** Creates an account and its credentials, all or nothing. */
  abstract create(account: NewAccount, credentials?: readonly NewCredential[]): Promise<CreateAccountResult>;

  /**
   * Stores a changed account (see `changedAccount()`), if the stored one still has the expected version. Increases the version by one and
   * sets `updatedAt`. Never writes `createdAt`, or what {@link track} writes.
   */
  abstract update(account: StoredAccount, expectedVersion: number): Promise<UpdateAccountResult>;

  /** Deletes an account and its credentials. Returns whether this call did it. */
  abstract delete(id: string): Promise<boolean>;

  /** A page of accounts. */
  abstract list(query?: AccountQuery): Promise<AccountPage>;

  /**
   * Records a login: the current one becomes the last one. Neither reads nor changes the version, so it never conflicts with an update. A
   * no-op for a deleted account.
   */
  abstract track(id: string, login: TrackedLogin): Promise<void>;

  /** The credentials of an account, of one kind or of all, oldest first. */
  abstract credentials(accountId: string, kind?: string): Promise<readonly Credential[]>;

  /** Finds a credential by its external id, within its kind. */
  abstract findCredential(kind: string, externalId: string): Promise<Credential | null>;

  /** Finds both a credential and its account, in one query. Optional: without this method, two queries are made. */
  findOwned?(kind: string, externalId: string): Promise<OwnedCredential | null>;

  /**
   * Adds a credential.
   *
   * @param expectedEpoch adds it only if the account has this epoch, in one transaction: whoever increases the epoch and then lists the
   * credentials sees it, or it is not added. Default: any epoch
   */
  abstract addCredential(
    accountId: string,
    credential: NewCredential,
    expectedEpoch?: number,
  ): Promise<AddCredentialResult>;

  /**
   * Stores a changed credential, if the stored one still has the expected version. Increases the version by one. Never writes the account,
   * the kind or `createdAt`.
   */
  abstract updateCredential(credential: Credential, expectedVersion: number): Promise<UpdateCredentialResult>;

  /** Deletes a credential, if it still has the expected version. Returns whether this call did it. */
  abstract deleteCredential(id: string, expectedVersion: number): Promise<boolean>;

  /**
   * Replaces all credentials of one kind by others, all or nothing.
   *
   * @param expectedEpoch as for {@link addCredential}
   */
  abstract replaceCredentials(
    accountId: string,
    kind: string,
    credentials: readonly NewCredential[],
    expectedEpoch?: number,
  ): Promise<ReplaceCredentialsResult>;

  /** The credentials of one kind, of all accounts, that had expired at `time`, sorted by their expiry. */
  abstract expiredCredentials(kind: string, time: Date, limit: number): Promise<readonly Credential[]>;
}

/** A credential and its account, by one query where the repository can. */
export async function findOwned(
  repository: AccountRepository,
  kind: string,
  externalId: string,
): Promise<OwnedCredential | null> {
  if (repository.findOwned !== undefined) return repository.findOwned(kind, externalId);
  const credential = await repository.findCredential(kind, externalId);
  const account = credential && (await repository.find(credential.accountId));
  return credential && account && { account, credential };
}
