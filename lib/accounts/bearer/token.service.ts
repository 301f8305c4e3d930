import { Injectable } from '@nestjs/common';
import { SessionLoginRefusedError } from '../../errors.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountGate } from '../gate/account-gate.js';
import type { Account } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { tokensInUse, type ListedSession } from '../sessions/listed-session.js';
import { TokenFamilies } from './token-families.js';
import { TokenLogins, type IssuedTokens } from './token-logins.js';

/** The client that uses tokens, for the list of devices. @publicApi */
export interface TokenClient {
  /** The network address. Default: unknown. */
  readonly address?: string | undefined;
  /** The `User-Agent` header. Default: unknown. */
  readonly userAgent?: string | undefined;
}

/** Options for issuing tokens. @publicApi */
export interface TokensToIssue extends TokenClient {
  /** The account's epoch when its credentials were checked. Default: the current one. */
  readonly epoch?: number | undefined;
}

/** Token logins, for your own routes and code. @publicApi */
@Injectable()
export class TokenService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly repository: AccountRepository,
    private readonly gate: AccountGate,
    private readonly logins: TokenLogins,
    private readonly families: TokenFamilies,
  ) {}

  /**
   * Logs in to an account, through the gate, after your own code has checked the credentials.
   *
   * @param factors what was proved, as named in RFC 8176, such as `['pwd']`
   * @throws SessionLoginRefusedError if the gate rejects the login; NotFoundException if `tokens` is off
   */
  async issue(
    account: Pick<Account, 'id'>,
    factors: readonly string[],
    { epoch, ...client }: TokensToIssue = {},
  ): Promise<IssuedTokens> {
    this.config.assertHas('tokens');
    const how = { way: 'application', factors, epoch } as const;
    const reason = await this.gate.mayEnter(await this.repository.find(account.id), how);
    const issued = reason === null ? await this.logins.enter(account.id, how, clientOf(client)) : null;
    if (issued !== null) return issued;
    throw new SessionLoginRefusedError(reason ?? 'changed', 'Nobody can log in to this account at the moment.');
  }

  /**
   * Exchanges a refresh token for the next pair. Null: it is not accepted, for whatever reason.
   *
   * @param refreshToken untrusted
   * @throws NotFoundException if `tokens` is off
   */
  async refresh(refreshToken: unknown, client: TokenClient = {}): Promise<IssuedTokens | null> {
    this.config.assertHas('tokens');
    return this.logins.refresh(refreshToken, clientOf(client));
  }

  /** The token logins of an account, oldest first. */
  async list(accountId: string): Promise<readonly ListedSession[]> {
    return (await this.families.listed(accountId)).map((one) => tokensInUse(one, this.families.untilOf(one)));
  }

  /** Ends a token login, with effect from the next request. @returns whether this call did it */
  end(accountId: string, publicId: string): Promise<boolean> {
    return this.families.end(accountId, publicId, 'revoked', '');
  }
}

function clientOf({ address = '', userAgent = '' }: TokenClient): { address: string; userAgent: string } {
  return { address, userAgent };
}
