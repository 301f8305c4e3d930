import { Inject, Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { Credential } from '../repository/credential.js';

/** An address that an account may get back. */
export interface ReservedAddress {
  readonly email: string;
  /** In ms since the epoch. */
  readonly until: number;
}

const KIND = 'reserved-email';

/**
 * The former addresses of accounts, which nobody else gets while the change can be undone. Each is a row whose external id is the address's
 * normal form, so that the database makes sure that only one account has it.
 */
@Injectable()
export class ReservedAddresses {
  constructor(
    private readonly repository: AccountRepository,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now'>,
  ) {}

  /** Reserves an address, or for longer. @returns whether it was this call that did it; `taken`: another account has reserved it */
  async reserve(
    accountId: string,
    emailKey: string,
    email: string,
    until: number,
  ): Promise<'added' | 'held' | 'taken'> {
    for (;;) {
      const row = { kind: KIND, externalId: emailKey, data: { email }, expiresAt: new Date(until) };
      const result = await this.repository.addCredential(accountId, row);
      if ('added' in result) return 'added';
      if ('gone' in result) return 'taken';
      const known = await this.repository.findCredential(KIND, emailKey);
      if (known === null) continue;
      if (known.accountId === accountId) {
        if (timeOf(known) >= until) return 'held';
        const changed = { ...known, expiresAt: new Date(until) };
        if ('updated' in (await this.repository.updateCredential(changed, known.version))) return 'held';
      } else if (timeOf(known) > this.runtime.now()) {
        return 'taken';
      } else {
        await this.repository.deleteCredential(known.id, known.version);
      }
    }
  }

  /** Whether an address is reserved for another account than this one. @param accountId null: for any */
  async isForAnother(accountId: string | null, emailKey: string): Promise<boolean> {
    const known = await this.repository.findCredential(KIND, emailKey);
    return known !== null && known.accountId !== accountId && timeOf(known) > this.runtime.now();
  }

  /** Gives an address of an account free. */
  async release(accountId: string, emailKey: string): Promise<void> {
    const known = await this.repository.findCredential(KIND, emailKey);
    if (known?.accountId === accountId) await this.repository.deleteCredential(known.id, known.version);
  }

  /** The former addresses that an account may get back. */
  async of(accountId: string): Promise<readonly ReservedAddress[]> {
    const now = this.runtime.now();
    return (await this.repository.credentials(accountId, KIND))
      .filter((row) => timeOf(row) > now)
      .flatMap((row) => {
        const { email } = row.data;
        return typeof email === 'string' ? [{ email, until: timeOf(row) }] : [];
      });
  }
}

function timeOf({ expiresAt }: Credential): number {
  return expiresAt?.getTime() ?? 0;
}
