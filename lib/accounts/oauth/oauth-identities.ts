import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountRepository, type AddCredentialResult } from '../repository/account-repository.js';
import type { Credential, NewCredential } from '../repository/credential.js';

export const oauthKind = 'oauth';

/** Who somebody is at a provider. */
export interface Identity {
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
}

/** An account at a provider that is linked to an account here. @publicApi */
export interface OAuthLink {
  readonly id: string;
  /** The name of the provider in the settings. */
  readonly provider: string;
  /** A name of the account there that its owner recognises: an address or a username; null: unknown. */
  readonly name: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** The accounts at providers that are linked to accounts, as they are stored: by provider, issuer and subject. */
@Injectable()
export class OAuthIdentities {
  constructor(
    private readonly repository: AccountRepository,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now'>,
  ) {}

  /** The row of an account at a provider, and the account that it is linked to; null: none. */
  async find(identity: Identity): Promise<{ readonly row: Credential; readonly account: StoredAccount } | null> {
    const externalId = externalIdOf(identity);
    const row = await this.repository.findCredential(oauthKind, externalId);
    const account = row && (await this.repository.find(row.accountId));
    if (!row || account === null) return null;
    // After the account was read: whoever unlinks raises the epoch before and after that.
    return (await this.repository.findCredential(oauthKind, externalId)) === null ? null : { row, account };
  }

  /** Those of an account, the oldest first. */
  of(accountId: string): Promise<readonly Credential[]> {
    return this.repository.credentials(accountId, oauthKind);
  }

  /** Links one, if the account still has its epoch. */
  add({ id, epoch }: StoredAccount, identity: Identity, name: string | null): Promise<AddCredentialResult> {
    return this.repository.addCredential(id, newLink(identity, name), epoch);
  }

  /** Notes a use. If another request notes it at the same time, that one is as good. */
  async noteUse(row: Credential): Promise<void> {
    await this.repository.updateCredential({ ...row, lastUsedAt: new Date(this.runtime.now()) }, row.version);
  }

  /** True: it was this call that deleted it. */
  async delete(row: Credential): Promise<boolean> {
    for (let known: Credential | undefined = row; known !== undefined;) {
      if (await this.repository.deleteCredential(known.id, known.version)) return true;
      // A use in between has raised its version.
      known = (await this.of(row.accountId)).find(({ id }) => id === row.id);
    }
    return false;
  }
}

/** The row of an identity. */
export function newLink(identity: Identity, name: string | null): NewCredential {
  return { kind: oauthKind, externalId: externalIdOf(identity), name, data: { ...identity } };
}

export function linkOf({ id, name, data, createdAt, lastUsedAt }: Credential): OAuthLink {
  const { provider } = data;
  return { id, provider: typeof provider === 'string' ? provider : '', name, createdAt, lastUsedAt };
}

/** A hash, since nothing limits how long a subject is, or what is in it. */
function externalIdOf({ provider, issuer, subject }: Identity): string {
  return createHash('sha256')
    .update(JSON.stringify([provider, issuer, subject]))
    .digest('base64url');
}
