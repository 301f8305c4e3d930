import { Injectable } from '@nestjs/common';
import { PhoneRows } from '../codes/phone-rows.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { CurrentAccount } from '../login/current-account.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { Credential } from '../repository/credential.js';
import { AccountFactors } from './account-factors.js';
import { FactorChanges } from './factor-changes.js';
import { FactorNeeds } from './factor-needs.js';

/** The kinds of credentials that are listed and removed here, with their methods. */
const kinds: Readonly<Record<string, OwnedFactor['method']>> = { totp: 'totp', phone: 'code' };

/** A second factor, as its owner sees it. @publicApi */
export interface OwnedFactor {
  readonly id: string;
  readonly method: 'totp' | 'code';
  readonly name: string | null;
  /** For a phone: the end of its number, such as `•••78`. */
  readonly phone?: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** The recovery codes of an account that has any. @publicApi */
export interface OwnedRecoveryCodes {
  readonly method: 'recovery-code';
  /** How many are left. */
  readonly left: number;
}

/** A second factor in a list; passkeys are not included. @publicApi */
export type ListedFactor = OwnedFactor | OwnedRecoveryCodes;

/** The second factors of the user. */
@Injectable()
export class OwnedFactors {
  constructor(
    private readonly repository: AccountRepository,
    private readonly current: CurrentAccount,
    private readonly factors: AccountFactors,
    private readonly needs: FactorNeeds,
    private readonly changes: FactorChanges,
    private readonly phones: PhoneRows,
  ) {}

  async list(exchange: Exchange): Promise<readonly ListedFactor[]> {
    const { id } = await this.current.of(exchange);
    const all = await this.repository.credentials(id);
    const phones = new Map(this.phones.in(all).map((one) => [one.row.id, this.phones.shown(one).phone]));
    const factors = all.filter(isUsable).flatMap(({ id: factorId, kind, name, createdAt, lastUsedAt }) => {
      const method = kinds[kind];
      const phone = phones.get(factorId);
      const shown = phone === undefined ? { name } : { name, phone };
      return method === undefined ? [] : [{ id: factorId, method, ...shown, createdAt, lastUsedAt }];
    });
    const left = all.filter(({ kind }) => kind === 'recovery-code').length;
    return left === 0 ? factors : [...factors, { method: 'recovery-code', left }];
  }

  /** Removes one. It can come back for a while, if its owner has not done this. */
  async remove(exchange: Exchange, id: string): Promise<void> {
    const account = await this.factors.fresh(exchange);
    const [found, method] = await this.#find(account, id);
    // Before anything ends, and again where no other change can come in between.
    await this.needs.assertMayLose(account, id);
    await this.changes.make(exchange, account, { method, change: 'removed', name: found.name }, async () => {
      await this.needs.assertMayLose(account, id);
      const isDeleted = await this.repository.deleteCredential(found.id, found.version);
      if (!isDeleted) throw new AccountsException(409, 'CHANGED_MEANWHILE');
    });
  }

  /** @throws AccountsException 404 `FACTOR_UNKNOWN` */
  async #find(account: StoredAccount, id: string): Promise<readonly [Credential, OwnedFactor['method']]> {
    const found = (await this.repository.credentials(account.id)).find((one) => one.id === id && isUsable(one));
    const method = found && kinds[found.kind];
    if (found === undefined || method === undefined) throw new AccountsException(404, 'FACTOR_UNKNOWN');
    return [found, method];
  }
}

function isUsable({ data }: Credential): boolean {
  return data['enabled'] === true;
}
