import { Inject, Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { SessionRuntime } from '../../http/session-runtime.js';
import { changedAccount, type StoredAccount } from '../repository/account.js';
import { AccountRepository, type AddCredentialResult } from '../repository/account-repository.js';
import {
  newPasskeyRow,
  passkeyKind,
  storedPasskey,
  usedRow,
  type PasskeyFacts,
  type StoredPasskey,
} from './passkey.js';

/** What has become of the use of a passkey. */
export type UseOfPasskey =
  | 'used'
  /** The same, and it has been copied to other devices since the use before, or is no longer. */
  | 'backup-changed'
  /** Another one with the same key has been used more often: it has been copied. */
  | 'cloned'
  | 'gone';

/** The passkeys of accounts, as they are stored. */
@Injectable()
export class PasskeyRows {
  constructor(
    private readonly repository: AccountRepository,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now'>,
  ) {}

  /** The oldest first. */
  async of(accountId: string): Promise<StoredPasskey[]> {
    const rows = await this.repository.credentials(accountId, passkeyKind);
    return rows.map(storedPasskey).filter((one) => one !== null);
  }

  /** One of an account; null: it has no such passkey. */
  async find(accountId: string, id: string): Promise<StoredPasskey | null> {
    return (await this.of(accountId)).find(({ row }) => row.id === id) ?? null;
  }

  async findByCredential(credentialId: string): Promise<StoredPasskey | null> {
    const row = await this.repository.findCredential(passkeyKind, credentialId);
    return row && storedPasskey(row);
  }

  /** Adds one, if the account still has its epoch. */
  add({ id, epoch }: StoredAccount, facts: PasskeyFacts, name: string | null): Promise<AddCredentialResult> {
    return this.repository.addCredential(id, newPasskeyRow(facts, name), epoch);
  }

  /** Null: it has been deleted. */
  async rename(passkey: StoredPasskey, name: string): Promise<StoredPasskey | null> {
    for (let { row } = passkey; ;) {
      const result = await this.repository.updateCredential({ ...row, name }, row.version);
      if ('updated' in result) return storedPasskey(result.updated);
      if (!('conflict' in result)) return null;
      row = result.conflict;
    }
  }

  /** True: it was this call that deleted it. */
  async delete({ row }: StoredPasskey): Promise<boolean> {
    for (let current: typeof row | null = row; current !== null;) {
      if (await this.repository.deleteCredential(row.id, current.version)) return true;
      const { accountId, externalId } = row;
      current =
        (await this.repository.credentials(accountId, passkeyKind)).find((one) => one.externalId === externalId) ??
        null;
    }
    return false;
  }

  /** Notes a use, unless the authenticator has counted one as high before. */
  async use(passkey: StoredPasskey, used: Pick<PasskeyFacts, 'counter' | 'isBackedUp'>): Promise<UseOfPasskey> {
    for (let known: StoredPasskey | null = passkey; known !== null;) {
      if ((known.counter > 0 || used.counter > 0) && used.counter <= known.counter) return 'cloned';
      const row = usedRow(known, used, new Date(this.runtime.now()));
      const result = await this.repository.updateCredential(row, known.row.version);
      if ('updated' in result) return known.isBackedUp === used.isBackedUp ? 'used' : 'backup-changed';
      known = 'conflict' in result ? storedPasskey(result.conflict) : null;
    }
    return 'gone';
  }

  /** The account's user handle, which is made if there is none yet. Null: the account has been deleted. */
  async handleOf(account: StoredAccount): Promise<string | null> {
    const made = randomBytes(32).toString('base64url');
    for (let known: StoredAccount = account; ;) {
      if (known.state.handle !== undefined) return known.state.handle;
      const changed = changedAccount(known, { state: { ...known.state, handle: made } });
      const result = await this.repository.update(changed, known.version);
      if ('updated' in result) return made;
      if (!('conflict' in result)) return null;
      known = result.conflict;
    }
  }
}
