import { Injectable } from '@nestjs/common';
import { newFamily, newValidator, type RememberToken } from '../../auth/remember/remember-token.js';
import type { RequestClient } from '../../http/request-client.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountEvents } from '../events/account-events.js';
import type { EndOfTrust } from '../events/account-observer.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { Credential } from '../repository/credential.js';
import { TrustCookie } from './trust-cookie.js';
import {
  isTrusted,
  newTrustedDevice,
  rotatedDevice,
  standingOfDevice,
  trustedDeviceKind,
  trustedUntil,
  type Trust,
} from './trusted-device.js';

/**
 * The browsers on which the second factor of an account is not asked for. A trusted device proves nothing: a login with it has the factors
 * that were proved, and no more.
 */
@Injectable()
export class TrustedDevices {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
    private readonly cookie: TrustCookie,
    private readonly events: AccountEvents,
    private readonly runtime: SessionRuntime,
  ) {}

  /** How long a device is trusted, in ms; null: none is. */
  get trustFor(): number | null {
    return this.config.trustsDevices ? this.config.options.trustedDevices.maxAge : null;
  }

  /** Whether an account trusts the browser of a request, whose token is used up by that. A cookie that does not count is cleared. */
  async isTrusted(client: RequestClient, account: StoredAccount): Promise<boolean> {
    const maxAge = this.trustFor;
    if (maxAge === null || !this.cookie.isIn(client)) return false;
    const token = this.cookie.read(client);
    const isUsed = token !== null && (await this.#use(client, account, token, maxAge));
    if (!isUsed) this.cookie.clear(client);
    return isUsed;
  }

  /** From now on, an account trusts the browser of a request. */
  async trust(client: RequestClient, account: StoredAccount): Promise<void> {
    const maxAge = this.trustFor;
    if (maxAge === null) return;
    const token = { family: newFamily(), validator: newValidator() };
    const trust = this.#trustOf(account, maxAge);
    const result = await this.repository.addCredential(account.id, newTrustedDevice(token, client, trust));
    if (!('added' in result)) return;
    this.cookie.set(client, token, trust.now + maxAge);
    this.events.tell('deviceTrusted', { userId: account.id, address: client.address });
    await this.#makeRoom(account, token.family, trust);
  }

  /** Those of an account that have not expired. */
  async of(accountId: string): Promise<readonly Credential[]> {
    const now = this.runtime.now();
    return (await this.#rows(accountId)).filter(({ expiresAt }) => expiresAt === null || expiresAt.getTime() > now);
  }

  /** Ends the trust of one. False: the account has none with this id. */
  async end(accountId: string, id: string, reason: EndOfTrust, address: string): Promise<boolean> {
    for (;;) {
      const found = (await this.#rows(accountId)).find((one) => one.id === id);
      if (found === undefined) return false;
      if (await this.repository.deleteCredential(id, found.version)) {
        this.#tell(accountId, reason, address);
        return true;
      }
    }
  }

  /** Ends the trust of all devices of an account, whose epoch has ended it already. */
  async endAll(accountId: string): Promise<void> {
    const rows = await this.#rows(accountId);
    if (rows.length === 0) return;
    await this.repository.replaceCredentials(accountId, trustedDeviceKind, []);
    for (const _row of rows) this.#tell(accountId, 'changed', '');
  }

  /** Of any number of parallel logins with one token, one replaces it; the others come shortly after it. */
  async #use(client: RequestClient, account: StoredAccount, token: RememberToken, maxAge: number): Promise<boolean> {
    let row = (await this.#rows(account.id)).find(({ id }) => id === token.family);
    while (row !== undefined && isTrusted(row, this.#trustOf(account, maxAge))) {
      const now = this.runtime.now();
      const standing = standingOfDevice(token, row, now);
      if (standing === 'before') return true;
      if (standing === 'stolen') {
        await this.end(account.id, row.id, 'copied', client.address);
        return false;
      }
      const next = { family: token.family, validator: newValidator() };
      const rotated = rotatedDevice(row, { used: token, next, now }, client);
      const result = await this.repository.updateCredential(rotated, row.version);
      if ('updated' in result) {
        this.cookie.set(client, next, trustedUntil(row, maxAge));
        return true;
      }
      row = 'conflict' in result ? result.conflict : undefined;
    }
    return false;
  }

  /** Deletes rows that count no more, and the devices that were used longest ago where there are too many. */
  async #makeRoom({ id }: StoredAccount, newest: string, trust: Trust): Promise<void> {
    const others = (await this.#rows(id)).filter((row) => row.id !== newest);
    for (const row of others.filter((one) => !isTrusted(one, trust))) {
      await this.repository.deleteCredential(row.id, row.version);
    }
    const latestFirst = others.filter((row) => isTrusted(row, trust)).sort((one, other) => usedAt(other) - usedAt(one));
    for (const row of latestFirst.slice(this.config.options.trustedDevices.most - 1)) {
      await this.end(id, row.id, 'displaced', '');
    }
  }

  #rows(accountId: string): Promise<readonly Credential[]> {
    return this.repository.credentials(accountId, trustedDeviceKind);
  }

  #trustOf({ epoch }: StoredAccount, maxAge: number): Trust {
    return { epoch, now: this.runtime.now(), maxAge };
  }

  #tell(userId: string, reason: EndOfTrust, address: string): void {
    this.events.tell('deviceTrustEnded', { userId, address, reason });
  }
}

function usedAt({ lastUsedAt, createdAt }: Credential): number {
  return (lastUsedAt ?? createdAt).getTime();
}
