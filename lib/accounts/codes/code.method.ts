import { Injectable } from '@nestjs/common';
import { AccountsConfig } from '../accounts-config.js';
import { FactorMethodProvider, type FactorCheck, type FactorMethod } from '../factors/factor-method.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import type { StoredAccount } from '../repository/account.js';
import { CodeSending } from './code-sending.js';
import { MailFactor } from './mail-factor.js';
import { PhoneRows, type ShownPhone } from './phone-rows.js';
import { sentCodeIn, SentCodes } from './sent-codes.js';

/** The longest id of a telephone, in bytes. */
const longestId = 64;

/** What a code by SMS proves. */
export const smsFactors = ['sms', 'mfa'];
/** What a code by mail proves where it stands in for a second factor. */
const mailFactors = ['mail', 'mfa'];

/** A code that is sent, as a second factor: by SMS, and by mail where the settings say so. */
@FactorMethodProvider()
@Injectable()
export class CodeMethod implements FactorMethod {
  readonly name = 'code';
  readonly role = 'second';

  constructor(
    private readonly config: AccountsConfig,
    private readonly rows: PhoneRows,
    private readonly mail: MailFactor,
    private readonly codes: SentCodes,
    private readonly sending: CodeSending,
  ) {}

  /** Only a telephone can be set up. */
  get isOffered(): boolean {
    return this.config.options.sms.enabled;
  }

  async has(account: StoredAccount, without?: string): Promise<boolean> {
    if (this.isOffered && (await this.rows.enabled(account)).some(({ row }) => row.id !== without)) return true;
    // The last factor that is one is not removed for a mailbox.
    return without === undefined && this.mail.standsIn(account);
  }

  /** The telephones to which a code can be sent. None: it is sent by mail. */
  async options(_exchange: Exchange, account: StoredAccount): Promise<{ readonly phones: readonly ShownPhone[] }> {
    return { phones: await this.phonesOf(account) };
  }

  async phonesOf(account: StoredAccount): Promise<readonly ShownPhone[]> {
    if (!this.isOffered) return [];
    return (await this.rows.enabled(account)).map((phone) => this.rows.shown(phone));
  }

  async send(exchange: Exchange, account: StoredAccount): Promise<void> {
    const place = this.codes.placeIn(await exchange.session());
    if (place === null) return;
    const input = new Input(exchange.body);
    const id = input.optionalText('id', longestId);
    const phones = this.isOffered ? await this.rows.enabled(account) : [];
    const phone = id === null ? phones[0] : phones.find(({ row }) => row.id === id);
    if (id !== null && phone === undefined) input.refuse('id', 'FACTOR_UNKNOWN');
    input.check();
    const target = phone === undefined ? 'mail' : { phoneId: phone.row.id, number: phone.number };
    await this.sending.send(exchange, account, place, target);
  }

  read(input: Input): FactorCheck {
    const code = sentCodeIn(input);
    return async (exchange, account) => {
      const place = this.codes.placeIn(await exchange.session());
      const sentTo = place && (await this.codes.use(place, account, code));
      if (sentTo === null) return null;
      if (sentTo === 'mail') return (await this.mail.standsIn(account)) ? mailFactors : null;
      const phone = this.isOffered && (await this.rows.enabled(account)).find(({ row }) => row.id === sentTo);
      if (!phone) return null;
      await this.rows.noteUse(phone);
      return smsFactors;
    };
  }
}
