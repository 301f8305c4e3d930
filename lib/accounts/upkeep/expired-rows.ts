import { Inject, Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountRepository } from '../repository/account-repository.js';
import { tokenFamilyKind } from '../bearer/token-family.js';
import { invitationKind } from '../invitations/invitation-rows.js';
import { trustedDeviceKind } from '../trusted-devices/trusted-device.js';

/**
 * The kinds of credentials that are worth nothing once they have expired: one-time proofs, removed factors that could come back, former
 * addresses, trusted devices, logins in tokens, invitations, and set-ups of authenticator apps and telephones, which stop expiring when they
 * end.
 */
const kinds = [
  ...['proof', 'removed-factor', 'reserved-email', 'totp', 'phone'],
  ...[trustedDeviceKind, tokenFamilyKind, invitationKind],
];
/** How many are looked at in one query. */
const atOnce = 100;
/** So much later than they have expired: by the clock of another process, one may still be valid, or in use. In ms. */
const margin = 60_000;

/** Removes what has expired, also of accounts that nobody uses any more. Several processes may do so at the same time. */
@Injectable()
export class ExpiredRows {
  constructor(
    private readonly repository: AccountRepository,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now'>,
  ) {}

  async remove(): Promise<void> {
    for (const kind of kinds) await this.#removeKind(kind);
  }

  async #removeKind(kind: string): Promise<void> {
    for (;;) {
      const expired = await this.repository.expiredCredentials(kind, new Date(this.runtime.now() - margin), atOnce);
      let removed = 0;
      // One that is valid for longer by now has another version.
      for (const { id, version } of expired) if (await this.repository.deleteCredential(id, version)) removed++;
      // Where others have removed all of them, they go on with it.
      if (expired.length < atOnce || removed === 0) return;
    }
  }
}
