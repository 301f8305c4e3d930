import { Inject, Injectable } from '@nestjs/common';
import { newFamily, newValidator, type RememberToken } from '../../auth/remember/remember-token.js';
import { turnToken, type StoredRow } from '../../auth/remember/token-turn.js';
import type { RequestClient } from '../../http/request-client.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountEvents } from '../events/account-events.js';
import type { EndOfTokens } from '../events/account-observer.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountRepository, findOwned } from '../repository/account-repository.js';
import type { Credential } from '../repository/credential.js';
import {
  familyIn,
  familyUntil,
  isAccess,
  newFamilyRow,
  rotatedFamily,
  tokenFamilyKind,
  type BoundSession,
  type TokenFamily,
} from './token-family.js';

/** Who has sent a token, for the list of devices. */
type Sender = Pick<RequestClient, 'address' | 'userAgent'>;

/** The secrets of a family that are valid now. */
export interface FamilyTokens {
  readonly family: TokenFamily;
  readonly refresh: RememberToken;
  readonly access: RememberToken;
}

/** A family, and whose it is. */
export interface OwnedFamily {
  readonly account: StoredAccount;
  readonly family: TokenFamily;
}

/** What a login in tokens has proved, and what it ends with. */
export interface TokenLogin {
  readonly factors: readonly string[];
  readonly session: BoundSession | null;
}

/** Why a refresh token gives no other one. */
export type RefreshRefusal =
  /** Its family has ended, or is none. */
  | 'ended'
  /** It was used before: there is a copy of it. */
  | 'stolen';

/**
 * The families of access and refresh tokens, as rows of the database. A family is one login; using its refresh token makes a successor, as
 * it does for remember-me.
 */
@Injectable()
export class TokenFamilies {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
    private readonly events: AccountEvents,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now' | 'report'>,
  ) {}

  /** Null: the account is gone, or has another epoch by now. */
  async begin(account: StoredAccount, login: TokenLogin, client: Sender): Promise<FamilyTokens | null> {
    const [family, refresh, access] = [newFamily(), newValidator(), newValidator()];
    const begun = { family, refresh, access, epoch: account.epoch, client, ...login };
    const row = newFamilyRow(begun, this.runtime.now(), this.config.options.tokens);
    const result = await this.repository.addCredential(account.id, row, account.epoch);
    const made = 'added' in result ? familyIn(result.added) : null;
    if (made === null) return null;
    await this.#makeRoom(account, made);
    return { family: made, refresh: { family, validator: refresh }, access: { family, validator: access } };
  }

  /** The family of a token, which may not be valid; null: it has ended. */
  async find({ family }: RememberToken): Promise<OwnedFamily | null> {
    const found = await findOwned(this.repository, tokenFamilyKind, family);
    const live = found && this.#live(found.credential);
    return found && live && { account: found.account, family: live };
  }

  isAccess(family: TokenFamily, token: RememberToken): boolean {
    return isAccess(family, token, this.runtime.now());
  }

  /** Uses a refresh token. Of any number of parallel calls with one, one makes the successor, and all get it. */
  async turn(token: RememberToken, family: TokenFamily, client: Sender): Promise<FamilyTokens | RefreshRefusal> {
    const { tokens: times } = this.config.options;
    const turned = await turnToken<TokenFamily>(
      token,
      { row: family, version: family.credential.version },
      {
        grace: times.grace,
        now: () => this.runtime.now(),
        newCompanion: newValidator,
        after: (row, rotated, successor) => rotatedFamily(row, rotated, successor, client, times),
        replace: (row, version) => this.#replace(row, Number(version)),
      },
    );
    if (turned === null) return 'ended';
    if (turned === 'stolen') return 'stolen';
    const { validator, companion } = turned.successor;
    const refresh = { family: token.family, validator };
    return { family: turned.row, refresh, access: { family: token.family, validator: companion } };
  }

  /** Until when a family lasts, in ms since the epoch. */
  untilOf(family: TokenFamily): number {
    return familyUntil(family, this.config.options.tokens);
  }

  /** Those of an account that are valid, the oldest first. */
  async listed(accountId: string): Promise<readonly TokenFamily[]> {
    if (!this.config.options.tokens.enabled) return [];
    const account = await this.repository.find(accountId);
    return (await this.of(accountId)).filter(({ epoch }) => epoch === account?.epoch);
  }

  /** Those of an account that have not expired, the oldest first. */
  async of(accountId: string): Promise<readonly TokenFamily[]> {
    return (await this.#rows(accountId)).flatMap((row) => this.#live(row) ?? []);
  }

  /** Ends one, whatever its version is by now. False: another call has, or the account has none with this id. */
  async end(accountId: string, id: string, reason: EndOfTokens, address: string): Promise<boolean> {
    for (;;) {
      const row = (await this.#rows(accountId)).find((one) => one.id === id);
      if (row === undefined) return false;
      if (!(await this.repository.deleteCredential(id, row.version))) continue;
      this.events.tell('tokensEnded', { userId: accountId, address, reason });
      return true;
    }
  }

  /** Ends those that were made from one session. */
  async endOfSession(accountId: string, lineage: string, address: string): Promise<void> {
    for (const { session, credential } of await this.of(accountId)) {
      if (session?.lineage === lineage) await this.end(accountId, credential.id, 'session', address);
    }
  }

  /** Ends those of an account, except what ends with a session that stays. */
  async endAll(accountId: string, exceptLineage: string | null): Promise<void> {
    for (const { session, credential } of await this.of(accountId)) {
      if (exceptLineage !== null && session?.lineage === exceptLineage) continue;
      await this.end(accountId, credential.id, 'changed', '');
    }
  }

  async #replace(row: TokenFamily, version: number): Promise<'replaced' | 'gone' | StoredRow<TokenFamily>> {
    const result = await this.repository.updateCredential(row.credential, version);
    if ('updated' in result) return 'replaced';
    const found = 'conflict' in result ? this.#live(result.conflict) : null;
    return found === null ? 'gone' : { row: found, version: found.credential.version };
  }

  async #makeRoom({ id }: StoredAccount, newest: TokenFamily): Promise<void> {
    const others = (await this.of(id)).filter(({ credential }) => credential.id !== newest.credential.id);
    const latestFirst = [...others].sort((one, other) => other.rotatedAt - one.rotatedAt);
    for (const { credential } of latestFirst.slice(this.config.options.tokens.max - 1)) {
      await this.end(id, credential.id, 'displaced', '');
    }
  }

  #live(credential: Credential): TokenFamily | null {
    const family = familyIn(credential);
    return family !== null && this.untilOf(family) > this.runtime.now() ? family : null;
  }

  #rows(accountId: string): Promise<readonly Credential[]> {
    return this.repository.credentials(accountId, tokenFamilyKind);
  }
}
