import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { newSecret } from '../proofs/proof-token.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { Credential } from '../repository/credential.js';

/** The kind of the credential that stands for a deletion: when it is due, and the hash of the token that undoes it. */
const KIND = 'deletion';
/** The kind of the credentials of former addresses, to which the account may return. */
const RESERVED = 'reserved-email';

/** A former address of an account, whose change can still be undone. */
export interface FormerAddress {
  readonly email: string;
  readonly until: Date;
}

/** The rows of deletions that are not due yet. */
@Injectable()
export class DeletionRows {
  constructor(private readonly repository: AccountRepository) {}

  /** Notes a deletion. @returns its row, and the token that undoes it; null: the account is gone */
  async note(accountId: string, due: Date): Promise<{ readonly row: Credential; readonly token: string } | null> {
    const token = newSecret();
    const row = { kind: KIND, externalId: hashOf(token), expiresAt: due };
    const result = await this.repository.addCredential(accountId, row);
    return 'added' in result ? { row: result.added, token } : null;
  }

  /** The deletion that a token undoes. */
  find(token: string): Promise<Credential | null> {
    return this.repository.findCredential(KIND, hashOf(token));
  }

  /** Those that are due. */
  due(time: Date, limit: number): Promise<readonly Credential[]> {
    return this.repository.expiredCredentials(KIND, time, limit);
  }

  /** Postpones one. Null: another process has done so, or has deleted it. */
  async postpone(row: Credential, until: Date): Promise<Credential | null> {
    const result = await this.repository.updateCredential({ ...row, expiresAt: until }, row.version);
    return 'updated' in result ? result.updated : null;
  }

  drop(row: Credential): Promise<boolean> {
    return this.repository.deleteCredential(row.id, row.version);
  }

  /** Drops those of an account, so that no token of theirs undoes a later one. */
  async dropAll(accountId: string): Promise<void> {
    for (const row of await this.repository.credentials(accountId, KIND)) await this.drop(row);
  }

  /** The former addresses to which an account may still return. */
  async formerAddresses(accountId: string, now: number): Promise<readonly FormerAddress[]> {
    return (await this.repository.credentials(accountId, RESERVED)).flatMap(({ data: { email }, expiresAt }) =>
      typeof email === 'string' && expiresAt !== null && expiresAt.getTime() > now ? [{ email, until: expiresAt }] : [],
    );
  }
}

/** The token has 256 bits of entropy, so a fast hash without a salt will do. */
function hashOf(token: string): string {
  return createHash('sha256').update(`deletion:${token}`).digest('base64url');
}
