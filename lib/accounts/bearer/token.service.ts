import { Injectable } from '@nestjs/common';
import { SessionLoginRefusedError } from '../../errors.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountGate } from '../gate/account-gate.js';
import type { Account } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import { tokensInUse, type ListedSession } from '../sessions/listed-session.js';
import { TokenFamilies } from './token-families.js';
import { TokenLogins, type IssuedTokens } from './token-logins.js';

/** Who uses tokens, for the list of devices. @publicApi */
export interface TokenClient {
  /** The network address. Default: unknown. */
  readonly address?: string | undefined;
  /** The `User-Agent` header. Default: unknown. */
  readonly userAgent?: string | undefined;
}

/** How tokens are issued. @publicApi */
export interface TokensToIssue extends TokenClient {
  /** The account's epoch when its credentials were checked. Default: as it is now. */
  readonly epoch?: number | undefined;
}

/** Logins in tokens, for routes of your own and for code of the application. @publicApi */
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
   * Logs an account in, through the gate, after your own code has checked its credentials.
   *
   * @param factors what was proved, as named in RFC 8176, such as `['pwd']`
   * @throws SessionLoginRefusedError if the account does not let anybody in; NotFoundException if `tokens` is off
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
    throw new SessionLoginRefusedError(reason ?? 'changed', 'This account does not let anybody in at the moment.');
  }

  /**
   * Exchanges a refresh token for the next pair. Null, whatever the reason: there is none for it.
   *
   * @param refreshToken untrusted
   * @throws NotFoundException if `tokens` is off
   */
  async refresh(refreshToken: unknown, client: TokenClient = {}): Promise<IssuedTokens | null> {
    this.config.assertHas('tokens');
    return this.logins.refresh(refreshToken, clientOf(client));
  }

  /** The logins in tokens of an account, the oldest first. */
  async list(accountId: string): Promise<readonly ListedSession[]> {
    return (await this.families.listed(accountId)).map((one) => tokensInUse(one, this.families.untilOf(one)));
  }

  /** Ends one: from its next request on, its tokens are worth nothing. @returns whether it was this call that did it */
  end(accountId: string, publicId: string): Promise<boolean> {
    return this.families.end(accountId, publicId, 'revoked', '');
  }
}

function clientOf({ address = '', userAgent = '' }: TokenClient): { address: string; userAgent: string } {
  return { address, userAgent };
}
