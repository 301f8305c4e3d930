import { Injectable } from '@nestjs/common';
import { AuthService } from '../../auth/auth.service.js';
import { standingOf } from '../../auth/remember/token-standing.js';
import type { RequestClient } from '../../http/request-client.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountEvents } from '../events/account-events.js';
import { AccountGate } from '../gate/account-gate.js';
import type { EntryHow } from '../gate/entry.js';
import { SecurityNotices } from '../not-me/security-notices.js';
import { accountOf, type Account, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { TrackingFeature } from '../tracking/tracking.feature.js';
import { BearerTokens } from './bearer-token.js';
import type { BoundSession } from './token-family.js';
import { TokenFamilies, type FamilyTokens, type OwnedFamily } from './token-families.js';

/** The tokens of a login, for its client. @publicApi */
export interface TokenPair {
  readonly tokenType: 'Bearer';
  readonly accessToken: string;
  /** How long {@link accessToken} is valid, in seconds. */
  readonly expiresIn: number;
  /** Can be exchanged once for the next pair. */
  readonly refreshToken: string;
  /** How long {@link refreshToken} is valid, in seconds. */
  readonly refreshExpiresIn: number;
}

/** A token login. @publicApi */
export interface IssuedTokens extends TokenPair {
  readonly account: Account;
}

/** Who has sent a request. */
type Sender = Pick<RequestClient, 'address' | 'userAgent'>;

/** Logins that are in tokens: each passes the gate when it is made, with each request, and when its tokens are refreshed. */
@Injectable()
export class TokenLogins {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
    private readonly gate: AccountGate,
    private readonly families: TokenFamilies,
    private readonly tokens: BearerTokens,
    private readonly auth: AuthService,
    private readonly notices: SecurityNotices,
    private readonly events: AccountEvents,
    private readonly tracking: TrackingFeature,
    private readonly runtime: SessionRuntime,
  ) {}

  /**
   * Logs in. Null: the account lets nobody in by that.
   *
   * @param session what it ends with; null: nothing
   */
  async enter(
    accountId: string,
    how: EntryHow,
    client: Sender,
    session: BoundSession | null = null,
  ): Promise<IssuedTokens | null> {
    const account = await this.repository.find(accountId);
    if (account === null || (await this.gate.mayEnter(account, how)) !== null) return null;
    const begun = await this.families.begin(account, { factors: how.factors, session }, client);
    if (begun === null) return null;
    if (session !== null && !(await this.auth.stillIn(session.ticket))) {
      // It has ended in between, and looked for no tokens then.
      await this.families.end(account.id, begun.family.credential.id, 'session', client.address);
      return null;
    }
    this.events.tell('tokensIssued', { userId: account.id, address: client.address });
    // The login of its session has been kept already.
    if (session === null) this.tracking.enteredApart(account.id, client, () => this.#isKnown(begun, client));
    return this.#loginOf(account, begun);
  }

  /** The account of an access token; null: it is not valid, or its account lets nobody in. */
  async accountOf(sent: string): Promise<Account | null> {
    const token = this.tokens.read('access', sent);
    const found = token && (await this.families.find(token));
    if (token === null || found === null || !this.families.isAccess(found.family, token)) return null;
    return (await this.#isAdmitted(found, 'token', '')) ? accountOf(found.account) : null;
  }

  /** Exchanges a refresh token. Null, whatever the reason: there are no others for it. */
  async refresh(sent: unknown, client: Sender): Promise<IssuedTokens | null> {
    const token = this.tokens.read('refresh', sent);
    const found = token && (await this.families.find(token));
    if (token === null || found === null) return null;
    const { account, family } = found;
    const standing = standingOf(token, family, this.runtime.now(), this.config.options.tokens.grace);
    if (standing === 'stolen') return this.#alarm(found, client);
    if (!(await this.#isAdmitted(found, 'refresh', client.address))) return null;
    if (family.session !== null && !(await this.auth.stillIn(family.session.ticket))) {
      await this.families.end(account.id, family.credential.id, 'session', client.address);
      return null;
    }
    const turned = await this.families.turn(token, family, client);
    if (turned === 'stolen') return this.#alarm(found, client);
    return turned === 'ended' ? null : this.#loginOf(account, turned);
  }

  /** Ends the login of an access or a refresh token. False: it has none, or no longer. */
  async end(sent: unknown, address: string): Promise<boolean> {
    const access = this.tokens.read('access', sent);
    const token = access ?? this.tokens.read('refresh', sent);
    const found = token && (await this.families.find(token));
    if (token === null || found === null) return false;
    const { account, family } = found;
    const isOwn = access === null ? this.#isRefresh(found, token) : this.families.isAccess(family, access);
    return isOwn && this.families.end(account.id, family.credential.id, 'revoked', address);
  }

  /** Whether another login in tokens is from a client that says the same of itself. */
  async #isKnown({ family }: FamilyTokens, { userAgent }: Sender): Promise<boolean> {
    const { accountId, id } = family.credential;
    return (await this.families.of(accountId)).some((one) => one.credential.id !== id && one.userAgent === userAgent);
  }

  #isRefresh({ family }: OwnedFamily, token: Parameters<typeof standingOf>[0]): boolean {
    return standingOf(token, family, this.runtime.now(), this.config.options.tokens.grace) !== 'stolen';
  }

  /** Whoever has the copy: nobody gets in with either. */
  async #alarm({ account, family }: OwnedFamily, { address, userAgent }: Sender): Promise<null> {
    // Of several that notice it at once, one tells.
    if (await this.families.end(account.id, family.credential.id, 'copied', address)) {
      const exchange = { acceptLanguage: undefined, client: { address, userAgent } };
      this.notices.send('tokens-copied', { before: account, exchange });
    }
    return null;
  }

  /** Whoever is not let in once has to log in again, as with a session. */
  async #isAdmitted({ account, family }: OwnedFamily, way: 'token' | 'refresh', address: string): Promise<boolean> {
    const { factors, epoch, credential } = family;
    if ((await this.gate.mayEnter(account, { way, factors, epoch })) === null) return true;
    await this.families.end(account.id, credential.id, 'refused', address);
    return false;
  }

  #loginOf(account: StoredAccount, { family, refresh, access }: FamilyTokens): IssuedTokens {
    const now = this.runtime.now();
    const seconds = (until: number): number => Math.max(0, Math.floor((until - now) / 1000));
    return {
      account: accountOf(account),
      tokenType: 'Bearer',
      accessToken: this.tokens.write('access', access),
      expiresIn: seconds(family.access.until),
      refreshToken: this.tokens.write('refresh', refresh),
      refreshExpiresIn: seconds(this.families.untilOf(family)),
    };
  }
}
