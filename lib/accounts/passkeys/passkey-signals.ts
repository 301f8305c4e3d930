import { Injectable } from '@nestjs/common';
import type { StoredAccount } from '../repository/account.js';
import { PasskeyRows } from './passkey-rows.js';
import type { PasskeySignal } from './shown-passkeys.js';
import { WebAuthn } from './webauthn.js';

/** Says what browsers are to know of an account's passkeys. */
@Injectable()
export class PasskeySignals {
  constructor(
    private readonly rows: PasskeyRows,
    private readonly webauthn: WebAuthn,
  ) {}

  /** Null: the account has never had a passkey. */
  async of(account: StoredAccount): Promise<PasskeySignal | null> {
    const { handle } = account.state;
    if (handle === undefined) return null;
    const passkeys = await this.rows.of(account.id);
    return {
      rpId: this.webauthn.party.id,
      userId: handle,
      ...this.namesOf(account),
      allAcceptedCredentialIds: passkeys.map(({ credentialId }) => credentialId),
    };
  }

  /** What browsers call an account. */
  namesOf({ email, username }: StoredAccount): { readonly name: string; readonly displayName: string } {
    return { name: email, displayName: username ?? email };
  }
}
