import { Injectable } from '@nestjs/common';
import type { Input } from '../http/input.js';
import { AccountPasswords } from '../login/account-passwords.js';
import type { StoredAccount } from '../repository/account.js';
import { FactorMethodProvider, type FactorCheck, type FactorMethod } from './factor-method.js';

/** The password of an account, by which its login is confirmed. */
@FactorMethodProvider()
@Injectable()
export class PasswordMethod implements FactorMethod {
  readonly name = 'password';
  readonly role = 'first';

  constructor(private readonly passwords: AccountPasswords) {}

  has({ password }: StoredAccount): Promise<boolean> {
    return Promise.resolve(password !== null);
  }

  read(input: Input): FactorCheck {
    const password = input.password('password');
    return async (_exchange, account) => ((await this.passwords.matching(account, password)) === null ? null : ['pwd']);
  }
}
