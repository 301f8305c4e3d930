import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import {
  hashOfSecret,
  isSameHash,
  joinProofToken,
  newSecret,
  newSelector,
  splitProofToken,
} from '../proofs/proof-token.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { Credential } from '../repository/credential.js';
import type { JsonObject, JsonValue } from '../repository/json.js';
import type { NormalEmail } from '../repository/normal-form.js';
import type { Invitation } from './invitation.js';
import { longestInvitation } from './invitations.options.js';

export const invitationKind = 'invitation';
/** How many can be open at a time, of all administrators. */
export const mostInvitations = 1_000;

/** An invitation as it is stored. */
export interface StoredInvitation {
  readonly row: Credential;
  readonly invitation: Invitation;
  readonly emailKey: string;
  readonly inviter: StoredAccount;
}

/** What a row keeps. It belongs to the account of who invites: there is none yet of who is invited. */
interface Kept {
  readonly email: string;
  readonly emailKey: string;
  readonly roles: readonly string[];
  readonly locale: string | null;
  readonly fields: Readonly<Record<string, JsonValue>>;
  /** That of the inviter. */
  readonly epoch: number;
  /** Of the secret in the link. */
  readonly hash: string;
}

/** Invitations, as rows of those who invite. */
@Injectable()
export class InvitationRows {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now' | 'report'>,
  ) {}

  /** Those that are open, of all administrators; the first to expire first. */
  async all(): Promise<readonly StoredInvitation[]> {
    // None is valid for longer, so these are all.
    const end = new Date(this.runtime.now() + longestInvitation + 1);
    const rows = await this.repository.expiredCredentials(invitationKind, end, mostInvitations);
    const inviters = new Map<string, StoredAccount | null>();
    const open: StoredInvitation[] = [];
    for (const row of rows) {
      const { accountId } = row;
      const known = inviters.get(accountId);
      const inviter = known === undefined ? await this.repository.find(accountId) : known;
      inviters.set(accountId, inviter);
      const stored = this.#openIn(row, inviter);
      if (stored !== null) open.push(stored);
    }
    return open;
  }

  /** @returns the token for its link; null: the inviter's account has been changed or deleted */
  async add(
    inviter: StoredAccount,
    { email, key }: NormalEmail,
    rest: Pick<Kept, 'roles' | 'locale' | 'fields'>,
  ): Promise<{ readonly invitation: Invitation; readonly token: string } | null> {
    const { token, externalId, hash } = newToken();
    const kept: Kept = { ...rest, email, emailKey: key, epoch: inviter.epoch, hash };
    const row = { kind: invitationKind, externalId, data: { ...kept }, expiresAt: this.#end() };
    const result = await this.repository.addCredential(inviter.id, row, inviter.epoch);
    return 'added' in result ? { invitation: invitationOf(result.added, kept), token } : null;
  }

  /** Makes another link, with which the former one is void. @returns null: it is not open any more */
  async renew({ row }: StoredInvitation): Promise<{ readonly invitation: Invitation; readonly token: string } | null> {
    const kept = keptIn(row.data);
    if (kept === null) return null;
    const { token, externalId, hash } = newToken();
    const renewed = { ...kept, hash };
    const result = await this.repository.updateCredential(
      { ...row, externalId, data: renewed, expiresAt: this.#end() },
      row.version,
    );
    return 'updated' in result ? { invitation: invitationOf(result.updated, renewed), token } : null;
  }

  /** The open invitation of a link; null: there is none. */
  async find(token: string): Promise<StoredInvitation | null> {
    const parts = splitProofToken(token);
    const row = parts && (await this.repository.findCredential(invitationKind, externalIdOf(parts.selector)));
    const hash = row?.data['hash'];
    if (!parts || !row || typeof hash !== 'string' || !isSameHash(hash, hashOfSecret(parts.secret))) return null;
    return this.#openIn(row, await this.repository.find(row.accountId));
  }

  /** Uses it up. True: it was this call that did it. */
  take({ row }: StoredInvitation): Promise<boolean> {
    return this.repository.deleteCredential(row.id, row.version);
  }

  /** Gives back what was taken and could not be used. Never rejects: what it was for has failed already. */
  async giveBack({ row }: StoredInvitation): Promise<void> {
    const { id, accountId, kind, externalId, name, data, createdAt, expiresAt } = row;
    try {
      await this.repository.addCredential(accountId, { id, kind, externalId, name, data, createdAt, expiresAt });
    } catch (error) {
      this.runtime.report(error);
    }
  }

  #openIn(row: Credential, inviter: StoredAccount | null): StoredInvitation | null {
    const kept = keptIn(row.data);
    if (kept === null || inviter === null || (row.expiresAt?.getTime() ?? 0) <= this.runtime.now()) return null;
    const { active, state } = inviter;
    // As API keys: not those that somebody else has made with this account.
    const isGood =
      active && state.frozen !== true && state.deleteAt === undefined && kept.epoch >= (state.apiKeysSince ?? 0);
    return isGood ? { row, invitation: invitationOf(row, kept), emailKey: kept.emailKey, inviter } : null;
  }

  #end(): Date {
    return new Date(this.runtime.now() + this.config.options.invitations.validFor);
  }
}

function newToken(): { readonly token: string; readonly externalId: string; readonly hash: string } {
  const token = { selector: newSelector(), secret: newSecret() };
  return {
    token: joinProofToken(token),
    externalId: externalIdOf(token.selector),
    hash: hashOfSecret(token.secret),
  };
}

/** The database holds no selector: whoever reads it learns nothing that is in a mail. */
function externalIdOf(selector: string): string {
  return createHash('sha256')
    .update(JSON.stringify([invitationKind, selector]))
    .digest('base64url');
}

function invitationOf({ id, accountId, createdAt, expiresAt }: Credential, kept: Kept): Invitation {
  const { email, roles, locale, fields } = kept;
  return { id, email, roles, locale, fields, by: accountId, createdAt, expiresAt: expiresAt ?? createdAt };
}

/** Null: not one that {@link InvitationRows} has written. */
function keptIn(data: JsonObject): (Kept & JsonObject) | null {
  const { email, emailKey, roles, fields, epoch, hash } = data;
  const isText = typeof email === 'string' && typeof emailKey === 'string' && typeof hash === 'string';
  const isRest = Array.isArray(roles) && typeof fields === 'object' && fields !== null && typeof epoch === 'number';
  return isText && isRest ? (data as Kept & JsonObject) : null;
}
