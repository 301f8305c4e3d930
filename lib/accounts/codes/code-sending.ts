import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountEvents } from '../events/account-events.js';
import { AccountPaths } from '../http/account-paths.js';
import { bucket, Budgets } from '../http/budgets.js';
import type { Exchange } from '../http/exchange.js';
import { AccountMails } from '../mail/account-mails.js';
import { AfterAnswer } from '../mail/after-answer.js';
import { SendingLimits } from '../mail/sending-limits.js';
import { MessageCatalog, type Texts } from '../messages/messages.js';
import type { StoredAccount } from '../repository/account.js';
import { PhoneNumbers } from './phone-numbers.js';
import { codeValidFor, SentCodes, type CodePlace } from './sent-codes.js';
import { SmsOutbox } from './sms-outbox.js';
import type { SmsKind } from './sms.js';

const hour = 3_600_000;

/** What a code is sent to: a telephone, or the account's address. */
export type CodeTarget = { readonly phoneId: string; readonly number: string } | 'mail';

/** Sends codes, after the answer: it tells neither whether one is sent, nor why none is. */
@Injectable()
export class CodeSending {
  constructor(
    private readonly config: AccountsConfig,
    private readonly limits: SendingLimits,
    private readonly budgets: Budgets,
    private readonly afterAnswer: AfterAnswer,
    private readonly numbers: PhoneNumbers,
    private readonly codes: SentCodes,
    private readonly outbox: SmsOutbox,
    private readonly mails: AccountMails,
    private readonly messages: MessageCatalog,
    private readonly events: AccountEvents,
    private readonly paths: AccountPaths,
    private readonly runtime: SessionRuntime,
  ) {}

  /** @throws AccountsException with a 429, if the client's network has asked for too many */
  async send(exchange: Exchange, account: StoredAccount, place: CodePlace, target: CodeTarget): Promise<void> {
    const { acceptLanguage } = exchange;
    const { address, userAgent } = exchange.client;
    await this.limits.countFrom(address);
    const at = this.runtime.now();
    this.afterAnswer.run(async () => {
      const isSent =
        target === 'mail'
          ? await this.#mail(account, place, acceptLanguage, { at, address, userAgent })
          : await this.#sms(account, place, acceptLanguage, target);
      if (isSent) this.events.tell('codeSent', { userId: account.id, address, method: 'code' });
    });
  }

  async #mail(
    account: StoredAccount,
    place: CodePlace,
    acceptLanguage: string | undefined,
    happened: { readonly at: number; readonly address: string; readonly userAgent: string },
  ): Promise<boolean> {
    if (!(await this.limits.admits('code', account.emailKey))) return false;
    const code = await this.codes.issue(place, account, 'mail');
    await this.mails.send('code', account, acceptLanguage, { code, validFor: codeValidFor, ...happened });
    return true;
  }

  async #sms(
    account: StoredAccount,
    place: CodePlace,
    acceptLanguage: string | undefined,
    { phoneId, number }: Exclude<CodeTarget, 'mail'>,
  ): Promise<boolean> {
    const kind = kindOf(place);
    if (!this.numbers.isServed(number) || !(await this.#admits(kind, account, number))) return false;
    const code = await this.codes.issue(place, account, phoneId);
    const texts = this.messages.textsFor(account.locale, acceptLanguage);
    this.outbox.send({ to: number, text: this.#textOf(texts, kind, code), code, kind });
    return true;
  }

  /** Set-ups by themselves, since anybody with an account can enter any number: they keep nobody from logging in. */
  async #admits(kind: SmsKind, account: StoredAccount, number: string): Promise<boolean> {
    const isSetUp = kind === 'set-up';
    if (isSetUp && !(await this.limits.admits('sms-set-up-by', account.id))) return false;
    if (!(await this.limits.admits(isSetUp ? 'sms-set-up' : 'sms', number))) return false;
    const { perHour } = this.config.options.sms;
    if ((await this.budgets.take([{ named: ['sms'], budget: bucket(perHour, hour) }])) === 0) return true;
    // Once an hour, however many are asked for.
    if ((await this.budgets.take([{ named: ['sms-limit'], budget: bucket(1, hour) }])) === 0) {
      this.events.tell('sendingLimited', { kind: 'sms', limit: perHour });
    }
    return false;
  }

  /** The last line binds the code to this site: browsers fill it in on no other. */
  #textOf(texts: Texts, kind: SmsKind, code: string): string {
    const { hostname } = new URL(this.paths.publicUrl.origin);
    return `${texts.text(`sms.${kind}`, { code, site: this.paths.site })}\n\n@${hostname} #${code}`;
  }
}

function kindOf(place: CodePlace): SmsKind {
  if (place.setUp !== null) return 'set-up';
  return place.in === 'login' ? 'verify' : 'login';
}
