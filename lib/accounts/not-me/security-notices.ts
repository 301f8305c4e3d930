import { Injectable } from '@nestjs/common';
import type { RequestClient } from '../../http/request-client.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountPaths } from '../http/account-paths.js';
import { AccountMails } from '../mail/account-mails.js';
import { AfterAnswer } from '../mail/after-answer.js';
import type { MailData } from '../mail/mail.js';
import { LastingProofs } from '../proofs/lasting-proofs.js';
import type { StoredAccount } from '../repository/account.js';
import type { Credential } from '../repository/credential.js';
import { FactorHistory } from './factor-history.js';
import { snapshotOf, type NoticeKind } from './snapshot.js';

/** For how long a change can be reported or undone, in ms. */
export const reportableFor = 7 * 86_400_000;

/** Something that only the owner of an account should have done. */
export interface SecurityChange {
  /** The account as it was before: the mail goes to its address, and this is what comes back. */
  readonly before: StoredAccount;
  /** Its factors then. Default: as they are when the mail is made, without those that were added since it happened. */
  readonly factors?: readonly Credential[];
  /** Where the request came from. */
  readonly exchange: {
    readonly acceptLanguage: string | undefined;
    readonly client: Pick<RequestClient, 'address' | 'userAgent'>;
  };
  /** What else the mail says. */
  readonly data?: MailData;
}

/** What a mail leads to. `undo`: also to the undoing of a change of the address; `notice`: to nothing. */
type Offer = 'report' | 'undo' | 'notice';

/** Tells the owners of accounts of changes, each with a link for who has not made it: "this was not me". */
@Injectable()
export class SecurityNotices {
  constructor(
    private readonly config: AccountsConfig,
    private readonly proofs: LastingProofs,
    private readonly history: FactorHistory,
    private readonly mails: AccountMails,
    private readonly afterAnswer: AfterAnswer,
    private readonly paths: AccountPaths,
    private readonly runtime: SessionRuntime,
  ) {}

  /** Sends it after the answer. */
  send(kind: NoticeKind, change: SecurityChange, offer: Offer = 'report'): void {
    const at = this.runtime.now();
    this.afterAnswer.run(async () => {
      await this.deliver(kind, change, at, offer);
    });
  }

  /**
   * Sends it now.
   *
   * @returns until when that is open, in ms since the epoch; null: it is not
   */
  async deliver(
    kind: NoticeKind,
    { before, factors, exchange, data = {} }: SecurityChange,
    at: number,
    offer: Offer = 'report',
  ): Promise<number | null> {
    const { address, userAgent } = exchange.client;
    const had = factors ?? (await this.history.at(before.id, at));
    const snapshot = snapshotOf(before, had, { kind, at, address, userAgent });
    const proof = { accountId: before.id, epoch: before.epoch, data: snapshot, issuedAt: at, validFor: reportableFor };
    const token = offer === 'notice' ? null : await this.proofs.issue({ ...proof, purpose: 'not-me' });
    const undoing = offer === 'undo' ? await this.proofs.issue({ ...proof, purpose: 'undo' }) : null;
    const { links } = this.config.options;
    const notMe = token === null ? {} : { notMe: { link: this.paths.link('/not-me', token, links.notMe), token } };
    const undone =
      undoing === null ? {} : { link: this.paths.link('/email/undo', undoing, links.emailUndo), token: undoing };
    const leads = kind === 'password-changed' || kind === 'new-device';
    const recovery = leads && this.config.has('recovery') ? { link: this.paths.link('/recover', null) } : {};
    const happened = { at, address, userAgent };
    await this.mails.send(kind, before, exchange.acceptLanguage, {
      ...{ ...data, ...recovery, ...undone, ...notMe, ...happened },
    });
    return undoing === null ? null : this.runtime.now() + reportableFor;
  }
}
