import { Inject, Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { KeyRing } from '../../cookie/key-ring.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { Credential, NewCredential } from '../repository/credential.js';

const kind = 'totp';
const sealPurpose = 'totp-secret:v1';
/** How long a set-up may take, in ms. */
const setUpFor = 30 * 60_000;

/** An authenticator app of an account. */
export interface Totp {
  readonly row: Credential;
  readonly secret: string;
  readonly isEnabled: boolean;
  /** The last time step whose code was used; null: none. */
  readonly lastStep: number | null;
}

/** The authenticator apps of accounts, as they are stored. */
@Injectable()
export class TotpRows {
  constructor(
    private readonly repository: AccountRepository,
    private readonly keys: KeyRing,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now'>,
  ) {}

  /** Those of an account that are enabled. */
  async enabled(account: StoredAccount): Promise<readonly Totp[]> {
    return (await this.#of(account)).filter(({ isEnabled }) => isEnabled);
  }

  /** One that is about to be set up; null: there is none with this id, or no longer. */
  async inSetUp(account: StoredAccount, id: string): Promise<Totp | null> {
    return (await this.#of(account)).find(({ row, isEnabled }) => row.id === id && !isEnabled) ?? null;
  }

  /** Begins to set one up. A set-up that was begun before ends. @returns its id; null: the account is gone, or has another epoch */
  async begin(account: StoredAccount, name: string | null, secret: string): Promise<string | null> {
    for (const { row, isEnabled } of await this.#of(account)) {
      if (!isEnabled) await this.repository.deleteCredential(row.id, row.version);
    }
    const id = randomBytes(16).toString('base64url');
    const row = {
      ...{ id, kind, name },
      data: { secret: this.#seal(account.id, id, secret), enabled: false, lastStep: null },
      expiresAt: new Date(this.runtime.now() + setUpFor),
    };
    const result = await this.repository.addCredential(account.id, row, account.epoch);
    return 'added' in result ? id : null;
  }

  /** Notes that the code of a time step was used, and enables the app. False: somebody else has changed it in between. */
  async use({ row, secret, isEnabled }: Totp, step: number): Promise<boolean> {
    const now = this.runtime.now();
    // Sealed anew, under the key that is current.
    const used = { ...row.data, secret: this.#seal(row.accountId, row.id, secret), enabled: true, lastStep: step };
    const data = isEnabled ? used : { ...used, enabledAt: now };
    const lastUsedAt = new Date(now);
    const result = await this.repository.updateCredential({ ...row, data, lastUsedAt, expiresAt: null }, row.version);
    return 'updated' in result;
  }

  async #of({ id }: StoredAccount): Promise<readonly Totp[]> {
    const now = this.runtime.now();
    return (await this.repository.credentials(id, kind)).flatMap((row) => {
      const { enabled, lastStep } = row.data;
      const secret = this.#open(row);
      if (secret === null || (row.expiresAt !== null && row.expiresAt.getTime() <= now)) return [];
      return [{ row, secret, isEnabled: enabled === true, lastStep: typeof lastStep === 'number' ? lastStep : null }];
    });
  }

  #seal(accountId: string, id: string, secret: string): string {
    return sealed(this.keys, accountId, id, secret);
  }

  /** Null: the secret key has been replaced, without a fallback. */
  #open({ accountId, id, data: { secret } }: Credential): string | null {
    if (typeof secret !== 'string') return null;
    const opened = this.keys.open(sealPurpose, Buffer.from(secret, 'base64url'), contextOf(accountId, id));
    return opened === null ? null : opened.text.toString();
  }
}

/** One that is enabled already, since its owner has used it elsewhere. */
export function newTotpRow(keys: KeyRing, accountId: string, id: string, secret: string, now: Date): NewCredential {
  const data = { secret: sealed(keys, accountId, id, secret), enabled: true, lastStep: null, enabledAt: now.getTime() };
  return { id, kind, data, createdAt: now };
}

function sealed(keys: KeyRing, accountId: string, id: string, secret: string): string {
  return keys.seal(sealPurpose, Buffer.from(secret), contextOf(accountId, id)).toString('base64url');
}

/** A secret is bound to its row: copied to another account, it is worth nothing. */
function contextOf(accountId: string, id: string): Uint8Array {
  return Buffer.from(JSON.stringify([accountId, id]));
}
