import { Injectable } from '@nestjs/common';
import { AuthService } from '../../auth/auth.service.js';
import type { SessionObject } from '../../session/session.js';
import { AccountsConfig } from '../accounts-config.js';
import { FactorMethodProvider, type FactorCheck, type FactorMethod } from '../factors/factor-method.js';
import type { Exchange } from '../http/exchange.js';
import type { Input } from '../http/input.js';
import type { StoredAccount } from '../repository/account.js';
import { assertionIn } from './credential-input.js';
import { PasskeyCheck } from './passkey-check.js';
import { PasskeyRows } from './passkey-rows.js';

/** A passkey as a second factor, and to confirm a login that exists: one of the account's own, whoever else has one. */
@FactorMethodProvider()
@Injectable()
export class PasskeyMethod implements FactorMethod {
  readonly name = 'passkey';
  readonly role = 'second';
  readonly isOffered: boolean;

  constructor(
    private readonly config: AccountsConfig,
    private readonly rows: PasskeyRows,
    private readonly check: PasskeyCheck,
    private readonly auth: AuthService,
  ) {
    this.isOffered = config.has('passkeys');
  }

  async has({ id }: StoredAccount, without?: string): Promise<boolean> {
    if (!this.config.has('passkeys')) return false;
    return (await this.rows.of(id)).some(({ row }) => row.id !== without);
  }

  async options(exchange: Exchange, account: StoredAccount): Promise<object> {
    const session = await exchange.session();
    return this.check.begin(this.#ceremonyOf(session), session, account);
  }

  read(input: Input): FactorCheck {
    const flow = input.token('flow');
    const assertion = assertionIn(input);
    return async (exchange, account) => {
      const ceremony = this.#ceremonyOf(await exchange.session());
      const proof = await this.check.check(ceremony, exchange, flow, assertion, account);
      return proof?.factors ?? null;
    };
  }

  /** A session that waits for a second factor has no login. */
  #ceremonyOf(session: SessionObject): 'verify' | 'second-factor' {
    return this.auth.userId(session) === null ? 'second-factor' : 'verify';
  }
}
