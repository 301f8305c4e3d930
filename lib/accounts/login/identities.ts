import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { AccountsConfig } from '../accounts-config.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { normalEmail, normalUsername } from '../repository/normal-form.js';

/** What somebody who logs in calls an account. */
export interface Identity {
  readonly by: 'email' | 'username';
  /** The normal form, by which guesses are counted, too. */
  readonly key: string;
}

/**
 * The name by which the limiter counts guesses at an account. The limiter folds names further than normal forms are folded; it takes
 * hexadecimal digits as they are, so that accounts that are two never share a count.
 *
 * @param key the normal form of the address or the username
 */
export function guessedName(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Finds accounts by what their owners type. */
@Injectable()
export class Identities {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
  ) {}

  /** An address, or a username if there are any; null: it cannot be either. */
  read(typed: string): Identity | null {
    const email = normalEmail(typed);
    if (email !== null) return { by: 'email', key: email.key };
    const { usernames } = this.config.options;
    const username = usernames.enabled ? normalUsername(typed, { min: 1, max: 64 }) : null;
    return username && { by: 'username', key: username.key };
  }

  async find(identity: Identity | null): Promise<StoredAccount | null> {
    return identity && this.repository.findBy(identity.by, identity.key);
  }
}
