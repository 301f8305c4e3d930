import { Injectable } from '@nestjs/common';
import { AccountPaths } from '../http/account-paths.js';
import { AfterAnswer } from '../mail/after-answer.js';
import { PasswordService } from '../passwords/password.service.js';
import { changedAccount, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';

/** The passwords of accounts. */
@Injectable()
export class AccountPasswords {
  constructor(
    private readonly passwords: PasswordService,
    private readonly repository: AccountRepository,
    private readonly afterAnswer: AfterAnswer,
    private readonly paths: AccountPaths,
  ) {}

  /** The account, if the password is its own; null otherwise, also without an account, which takes as long. */
  async matching(account: StoredAccount | null, password: string): Promise<StoredAccount | null> {
    const hash = account?.password ?? null;
    if (!(await this.passwords.verify(hash, password)) || account === null || hash === null) return null;
    if (this.passwords.needsRehash(hash)) this.#rehash(account, password);
    return account;
  }

  /** What is wrong with a new password; empty: nothing. @param identity what is known of its owner */
  judge(password: string, ...identity: readonly (string | null | undefined)[]): Promise<readonly string[]> {
    return this.passwords.check(password, [...identity, this.paths.site]);
  }

  /** The same, as far as no other service has to be asked. */
  judgeAlone(password: string, ...identity: readonly (string | null | undefined)[]): Promise<readonly string[]> {
    return this.passwords.check(password, [...identity, this.paths.site], { ranges: false });
  }

  hash(password: string): Promise<string> {
    return this.passwords.hash(password);
  }

  /** A hash that is foreign, or weaker than new ones, is replaced while the password is known. */
  #rehash(account: StoredAccount, password: string): void {
    this.afterAnswer.run(async () => {
      const known = await this.repository.find(account.id);
      // Another password has been set in the meantime.
      if (known?.password !== account.password) return;
      const changed = changedAccount(known, { password: await this.passwords.hash(password) });
      // If it loses against another change, the next login tries again.
      await this.repository.update(changed, known.version);
    });
  }
}
