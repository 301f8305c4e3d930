import { Inject, Injectable } from '@nestjs/common';
import { KeyRing } from '../../cookie/key-ring.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { NewCredential } from '../repository/credential.js';
import { newRecoveryCode, plainRecoveryCode } from './recovery-code.js';

const kind = 'recovery-code';
const keyPurpose = 'recovery-code:v1';

/** The recovery codes of accounts, of which only hashes under a key are stored. */
@Injectable()
export class RecoveryCodeRows {
  constructor(
    private readonly repository: AccountRepository,
    @Inject(KeyRing) private readonly keys: KeyRing,
  ) {}

  async count({ id }: StoredAccount): Promise<number> {
    return (await this.repository.credentials(id, kind)).length;
  }

  /** Makes new ones, in place of all that there were. Null: the account is gone, or has another epoch. */
  async replace({ id, epoch }: StoredAccount, count: number): Promise<readonly string[] | null> {
    const codes = Array.from({ length: count }, newRecoveryCode);
    const credentials = codes.map((code) => ({ kind, externalId: this.#hashes(id, code)[0] ?? null }));
    const result = await this.repository.replaceCredentials(id, kind, credentials, epoch);
    return 'replaced' in result ? codes : null;
  }

  /** Uses a code up: of any number of parallel calls, exactly one returns true. */
  async use({ id }: StoredAccount, typed: string): Promise<boolean> {
    const code = plainRecoveryCode(typed);
    if (code === null) return false;
    for (const hash of this.#hashes(id, code)) {
      const found = await this.repository.findCredential(kind, hash);
      if (found?.accountId === id) return this.repository.deleteCredential(found.id, found.version);
    }
    return false;
  }

  /** Under each key of the ring, the current one first. */
  #hashes(accountId: string, code: string): string[] {
    return this.keys.signatures(keyPurpose, JSON.stringify([accountId, plainRecoveryCode(code)]));
  }
}

/** A code that its owner has from another application. */
export function recoveryCodeRow(keys: KeyRing, accountId: string, code: string): NewCredential {
  return { kind, externalId: keys.sign(keyPurpose, JSON.stringify([accountId, plainRecoveryCode(code)])) };
}
