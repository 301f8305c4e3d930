import { Injectable } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import { FactorMethodProvider, type FactorCheck, type FactorMethod } from '../factors/factor-method.js';
import type { Input } from '../http/input.js';
import type { StoredAccount } from '../repository/account.js';
import { TotpLibrary } from './totp-library.js';
import { TotpRows, type Totp } from './totp-rows.js';

/** The longest code that is looked at, in bytes. */
const longestCode = 64;
/** How often a code is tried again that others have been trying at the same time. */
const mostAttempts = 8;

/** What a code of an authenticator app proves. */
export const totpFactors = ['otp', 'mfa'];

/** A code of an authenticator app, as a second factor. */
@FactorMethodProvider()
@Injectable()
export class TotpMethod implements FactorMethod {
  readonly name = 'totp';
  readonly role = 'second';

  constructor(
    private readonly config: AccountsConfig,
    private readonly rows: TotpRows,
    private readonly library: TotpLibrary,
  ) {}

  get isOffered(): boolean {
    return this.config.options.totp.enabled;
  }

  async has(account: StoredAccount, without?: string): Promise<boolean> {
    if (!this.isOffered) return false;
    return (await this.rows.enabled(account)).some(({ row }) => row.id !== without);
  }

  read(input: Input): FactorCheck {
    const code = codeIn(input);
    return async (_exchange, account) => ((await this.#isUsedUp(account, code)) ? totpFactors : null);
  }

  /** Uses a code up: each time step of an app counts once, however many requests bring it. */
  async #isUsedUp(account: StoredAccount, code: string): Promise<boolean> {
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const found = await this.#find(await this.rows.enabled(account), code);
      if (found === null) return false;
      if (await this.rows.use(found.totp, found.step)) return true;
    }
    return false;
  }

  async #find(totps: readonly Totp[], code: string): Promise<{ readonly totp: Totp; readonly step: number } | null> {
    for (const totp of totps) {
      const step = await this.library.stepOf(totp.secret, code);
      if (step !== null && step > (totp.lastStep ?? -1)) return { totp, step };
    }
    return null;
  }
}

/** A code as apps show it, perhaps with a space in the middle. */
export function codeIn(input: Input): string {
  return input.text('code', longestCode).replace(/[\s-]/g, '');
}
