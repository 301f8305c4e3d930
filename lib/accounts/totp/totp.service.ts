import { Injectable } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import { FactorChanges, type EnabledFactor } from '../factors/factor-changes.js';
import { factorNameIn } from '../factors/factor-name.js';
import { FactorOwner } from '../factors/factor-owner.js';
import { factorTries } from '../factors/factor-tries.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { Arrival, type Arrived, invalidCredentials } from '../login/arrival.js';
import { Html } from '../pages/html.js';
import { PendingLogins } from '../pending/pending-logins.js';
import { nothingPending } from '../second-factor/second-factor-steps.js';
import { TotpLibrary } from './totp-library.js';
import { codeIn, totpFactors } from './totp.method.js';
import { TotpRows } from './totp-rows.js';

/** How many apps an account may have. */
const most = 10;

/** An authenticator app that is being set up. @publicApi */
export interface TotpSetUp {
  readonly id: string;
  /** In base32. */
  readonly secret: string;
  /** The content of the QR code. */
  readonly uri: string;
  /** The QR code, as a data URI of an SVG image. */
  readonly qr: string;
}

/** Sets up authenticator apps. */
@Injectable()
export class TotpService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly owner: FactorOwner,
    private readonly changes: FactorChanges,
    private readonly rows: TotpRows,
    private readonly library: TotpLibrary,
    private readonly pending: PendingLogins,
    private readonly arrival: Arrival,
    private readonly paths: AccountPaths,
  ) {}

  /** Begins: the app gets a secret, which counts once a code of it was entered. */
  async begin(exchange: Exchange): Promise<{ readonly setUp: TotpSetUp; readonly picture: Html }> {
    const { account } = await this.owner.of(exchange);
    const input = new Input(exchange.body);
    const name = factorNameIn(input);
    input.check();
    if ((await this.rows.enabled(account)).length >= most) throw new AccountsException(409, 'TOO_MANY_FACTORS');
    const secret = this.library.newSecret();
    const uri = this.library.uriOf(secret, this.#issuer, account.email);
    const picture = await this.library.pictureOf(uri);
    const id = await this.rows.begin(account, name, secret);
    if (id === null) throw new AccountsException(409, 'CHANGED_MEANWHILE');
    const qr = `data:image/svg+xml;base64,${Buffer.from(picture).toString('base64')}`;
    return { setUp: { id, secret, uri, qr }, picture: new Html(picture) };
  }

  /** Enables one by its first code, which is used up. */
  async enable(exchange: Exchange, id: string): Promise<EnabledFactor | Arrived> {
    const { account, pending } = await this.owner.of(exchange);
    const input = new Input(exchange.body);
    const code = codeIn(input);
    input.check();
    const totp = await this.rows.inSetUp(account, id);
    if (totp === null) throw new AccountsException(404, 'FACTOR_UNKNOWN');
    const step = await exchange.attempts.attempt(factorTries(account), () => this.library.stepOf(totp.secret, code));
    if (step === null) throw new AccountsException(400, 'INPUT_INVALID', { code: ['CODE_WRONG'] });
    if (pending !== null && !(await this.pending.take(await exchange.session(), pending))) throw nothingPending();
    const change = { method: 'totp', change: 'added', name: totp.row.name, proved: totpFactors } as const;
    const { account: changed } = await this.changes.makeIn(exchange, account, change, async () => {
      if (!(await this.rows.use(totp, step))) throw new AccountsException(409, 'CHANGED_MEANWHILE');
    });
    if (pending === null) return { status: 'enabled', id };
    if (changed === null) throw invalidCredentials();
    const how = { ...this.pending.howOf(pending, totpFactors), epoch: changed.epoch };
    return this.arrival.enter(exchange, changed, how, pending);
  }

  get #issuer(): string {
    // A colon separates the issuer from the account in the URI.
    return this.config.options.totp.issuer ?? this.paths.site.replaceAll(':', ' ');
  }
}
