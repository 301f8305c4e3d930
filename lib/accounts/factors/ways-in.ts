import { Injectable } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import { AccountsException } from '../http/accounts.exception.js';
import { storedPasskey } from '../passkeys/passkey.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { Credential } from '../repository/credential.js';

/** The ways by which the owner of an account gets in. */
@Injectable()
export class WaysIn {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
  ) {}

  /** @throws AccountsException 409 `LAST_FACTOR` if there would be none without a credential */
  async assertMayLose(account: StoredAccount, credentialId: string): Promise<void> {
    if (account.password !== null || this.#hasMailLogin(account)) return;
    const others = (await this.repository.credentials(account.id)).filter(({ id }) => id !== credentialId);
    if (others.some((one) => this.#isOne(one))) return;
    throw new AccountsException(409, 'LAST_FACTOR');
  }

  #hasMailLogin({ emailConfirmedAt }: StoredAccount): boolean {
    return this.config.has('mailLogin') && emailConfirmedAt !== null;
  }

  #isOne(credential: Credential): boolean {
    const { oauth, passkeys } = this.config.options;
    const { kind, data } = credential;
    if (kind === 'oauth') {
      return typeof data['provider'] === 'string' && Object.hasOwn(oauth.providers, data['provider']);
    }
    // A passkey that no browser finds by itself does not log in. Not every browser says that it does.
    const passkey = storedPasskey(credential);
    return (
      this.config.has('passkeys') && passkeys.firstFactor && kind === 'passkey' && passkey?.isDiscoverable !== false
    );
  }
}
