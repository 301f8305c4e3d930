import { SetMetadata } from '@nestjs/common';
import type { Exchange } from '../http/exchange.js';
import type { Input } from '../http/input.js';
import type { StoredAccount } from '../repository/account.js';

/** The methods by which a factor can be proved, by the names that requests give them. */
export type FactorMethodName = 'password' | 'totp' | 'recovery-code' | 'code' | 'passkey' | 'oauth';

/**
 * What a method is to the login of an account that has it. `first`: it is no second factor; only a login that exists already is confirmed
 * by it. `second`: a login owes a second factor, which it can prove. `backup`: it can stand in for a second factor, and is none by itself.
 */
export type FactorRole = 'first' | 'second' | 'backup';

/**
 * Checks what was sent.
 *
 * @param isNoticed whether the owner hears of the use by mail at once, where the method has a mail for it. Default: yes
 * @returns the factors that are proved, as named in RFC 8176 and `mfa`; null: it is wrong
 */
export type FactorCheck = (
  exchange: Exchange,
  account: StoredAccount,
  isNoticed?: boolean,
) => Promise<readonly string[] | null>;

/**
 * A method of proving a factor: a provider with `@FactorMethodProvider()`. It is asked after the first factor of a login, and to confirm a
 * login that exists; whoever calls it counts the guesses.
 */
export interface FactorMethod {
  readonly name: FactorMethodName;
  readonly role: FactorRole;
  /** Whether a login that owes a second factor, and has none, may set it up. Default: no. */
  readonly isOffered?: boolean;

  /**
   * Whether the account can use it, which it never can while the feature is off.
   *
   * @param without the id of a credential that does not count, since it is about to be removed: only other credentials count then
   */
  has(account: StoredAccount, without?: string): Promise<boolean>;

  /** What the browser needs for it, such as a challenge, as JSON. */
  options?(exchange: Exchange, account: StoredAccount): Promise<object>;

  /** Sends a code. What depends on whether it can be sent is done after the answer. */
  send?(exchange: Exchange, account: StoredAccount): Promise<void>;

  /** Mails the owner that it was used. Only for who has checked it without that. */
  notice?(exchange: Exchange, account: StoredAccount): Promise<void>;

  /** Reads its fields from the body, noting there what cannot be used. The check is called only if nothing is wrong. */
  read(input: Input): FactorCheck;
}

export const FACTOR_METHOD = Symbol('nestjs-session-auth factor method');

/** Marks a provider as a {@link FactorMethod}. */
export const FactorMethodProvider = (): ClassDecorator => SetMetadata(FACTOR_METHOD, true);
