import { Injectable } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import { AccountEvents } from '../events/account-events.js';
import { AccountFactors } from '../factors/account-factors.js';
import { FactorChanges } from '../factors/factor-changes.js';
import { AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { CurrentAccount } from '../login/current-account.js';
import type { StoredAccount } from '../repository/account.js';
import { nameIn } from './passkey-name.js';
import { PasskeyPermission } from './passkey-permission.js';
import type { RegisteredPasskey } from './passkey-registration.service.js';
import { PasskeyRows } from './passkey-rows.js';
import { PasskeySignals } from './passkey-signals.js';
import type { PasskeySignal } from './shown-passkeys.js';
import { shownPasskey, type Passkey, type StoredPasskey } from './passkey.js';

/** A passkey that was deleted. @publicApi */
export interface DeletedPasskey {
  /** Its id in browsers, for `PublicKeyCredential.signalUnknownCredential()`. */
  readonly credentialId: string;
  readonly signal: PasskeySignal | null;
}

/** Lists, renames and deletes the passkeys of who is logged in. */
@Injectable()
export class PasskeysService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly current: CurrentAccount,
    private readonly factors: AccountFactors,
    private readonly permission: PasskeyPermission,
    private readonly changes: FactorChanges,
    private readonly rows: PasskeyRows,
    private readonly signals: PasskeySignals,
    private readonly events: AccountEvents,
  ) {}

  async list(exchange: Exchange): Promise<readonly Passkey[]> {
    const { id } = await this.current.of(exchange);
    return (await this.rows.of(id)).map(shownPasskey);
  }

  async signal(exchange: Exchange): Promise<PasskeySignal | null> {
    return this.signals.of(await this.current.of(exchange));
  }

  async rename(exchange: Exchange, id: string): Promise<RegisteredPasskey> {
    const input = new Input(exchange.body);
    const name = nameIn(input, this.config.options.passkeys.nameLength);
    input.check();
    const account = await this.factors.fresh(exchange);
    const renamed = await this.rows.rename(await this.#passkeyOf(account, id), name);
    if (renamed === null) throw unknownPasskey();
    const { address } = exchange.client;
    this.events.tell('factorChanged', { userId: account.id, address, method: 'passkey', change: 'renamed' });
    return { passkey: shownPasskey(renamed), signal: await this.signals.of(account) };
  }

  async delete(exchange: Exchange, id: string): Promise<DeletedPasskey> {
    const account = await this.factors.fresh(exchange);
    const passkey = await this.#passkeyOf(account, id);
    await this.permission.assertMayLose(account, passkey);
    const change = { method: 'passkey', change: 'removed', name: passkey.row.name } as const;
    await this.changes.make(exchange, account, change, async () => {
      // Again, where no other change can come in between.
      await this.permission.assertMayLose(account, passkey);
      if (!(await this.rows.delete(passkey))) throw unknownPasskey();
    });
    return { credentialId: passkey.credentialId, signal: await this.signals.of(account) };
  }

  /** @throws AccountsException 404 for one that does not exist, or is somebody else's */
  async #passkeyOf(account: StoredAccount, id: string): Promise<StoredPasskey> {
    const passkey = await this.rows.find(account.id, id);
    if (passkey === null) throw unknownPasskey();
    return passkey;
  }
}

function unknownPasskey(): AccountsException {
  return new AccountsException(404, 'PASSKEY_UNKNOWN');
}
