import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { discover } from '../../http/discovery.js';
import type { StoredAccount } from '../repository/account.js';
import { isKeyAlone } from '../passkeys/passkey-factors.js';
import { FACTOR_METHOD, type FactorMethod, type FactorMethodName, type FactorRole } from './factor-method.js';

/** The id of no credential. */
const noCredential = '';

/** The methods that prove a second factor. */
export const secondRoles: readonly FactorRole[] = ['second', 'backup'];

/** The methods of proving a factor that there are. */
@Injectable()
export class FactorMethods implements OnModuleInit {
  #methods: readonly FactorMethod[] = [];

  constructor(private readonly modules: ModulesContainer) {}

  onModuleInit(): void {
    this.#methods = discover(this.modules, FACTOR_METHOD).map(({ instance }) => instance as FactorMethod);
  }

  /**
   * The names of those in some roles that an account can use, what stands in for others last.
   *
   * @param proved by the first factor, which is no second one. Default: nothing
   */
  async namesOf(
    account: StoredAccount,
    roles: readonly FactorRole[],
    proved: readonly string[] = [],
  ): Promise<readonly FactorMethodName[]> {
    const names: FactorMethodName[] = [];
    for (const role of roles) {
      for (const method of this.#beside(proved)) {
        if (method.role === role && (await method.has(account))) names.push(method.name);
      }
    }
    return names;
  }

  /** The names of those that a login may set up that owes a second factor and has none. */
  namesToSetUp(): readonly FactorMethodName[] {
    return this.#methods
      .filter(({ role, isOffered }) => role === 'second' && isOffered === true)
      .map(({ name }) => name);
  }

  /** Whether an account has a second factor. @param without as in {@link FactorMethod.has} @param proved as for {@link namesOf} */
  async haveSecond(account: StoredAccount, without?: string, proved: readonly string[] = []): Promise<boolean> {
    for (const method of this.#beside(proved)) {
      if (method.role === 'second' && (await method.has(account, without))) return true;
    }
    return false;
  }

  /** Whether it has one by itself, rather than a mailbox that stands in for one. */
  haveOwnSecond(account: StoredAccount): Promise<boolean> {
    return this.haveSecond(account, noCredential);
  }

  /** The one that a request names, if an account can use it. @param name untrusted @param proved as for {@link namesOf} */
  async find(
    account: StoredAccount,
    name: string,
    roles: readonly FactorRole[],
    proved: readonly string[] = [],
  ): Promise<FactorMethod | null> {
    const method = this.#beside(proved).find((one) => one.name === name && roles.includes(one.role));
    return method !== undefined && (await method.has(account)) ? method : null;
  }

  /** Those that prove anything beside what was proved: who has a key in hand can use it twice. */
  #beside(proved: readonly string[]): readonly FactorMethod[] {
    return isKeyAlone(proved) ? this.#methods.filter(({ name }) => name !== 'passkey') : this.#methods;
  }
}
