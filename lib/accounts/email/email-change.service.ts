import { Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { AccountEvents } from '../events/account-events.js';
import { FactorMethods } from '../factors/factor-methods.js';
import { Entrance } from '../gate/entrance.js';
import { AccountAnswers, type Answer } from '../http/account-answers.js';
import { AccountPaths } from '../http/account-paths.js';
import { invalid, type AccountsException } from '../http/accounts.exception.js';
import type { Exchange } from '../http/exchange.js';
import { Input } from '../http/input.js';
import { atNextStep } from '../http/pace.js';
import { AccountFactors } from '../factors/account-factors.js';
import { AccountMails } from '../mail/account-mails.js';
import { AfterAnswer } from '../mail/after-answer.js';
import { SendingLimits } from '../mail/sending-limits.js';
import { SecurityNotices } from '../not-me/security-notices.js';
import { Proofs, type Proof } from '../proofs/proofs.js';
import { changedAccount, type StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { NormalEmail } from '../repository/normal-form.js';
import { ReservedAddresses } from './reserved-addresses.js';

/** What the proof of a new address contains, sealed. */
interface NewAddress extends NormalEmail {
  /** Until when the change can be undone, in ms since the epoch; null: it cannot. */
  readonly undoUntil: number | null;
}

/** A request for a change, once it is accepted. */
interface Request extends Pick<Exchange, 'acceptLanguage' | 'client'> {
  readonly email: NormalEmail;
  /** Whether its owner has no control of the present address any more. */
  readonly isLost: boolean;
  readonly at: number;
}

const purpose = 'email';
/** How many links for one account are valid at a time. */
const newestLinks = 3;

/** Changes the address of an account, once the new one is confirmed; the present one hears of it and can undo it. */
@Injectable()
export class EmailChangeService {
  constructor(
    private readonly config: AccountsConfig,
    private readonly factors: AccountFactors,
    private readonly proofs: Proofs,
    private readonly repository: AccountRepository,
    private readonly reserved: ReservedAddresses,
    private readonly methods: FactorMethods,
    private readonly entrance: Entrance,
    private readonly sending: SendingLimits,
    private readonly notices: SecurityNotices,
    private readonly mails: AccountMails,
    private readonly afterAnswer: AfterAnswer,
    private readonly answers: AccountAnswers,
    private readonly paths: AccountPaths,
    private readonly events: AccountEvents,
    private readonly runtime: SessionRuntime,
  ) {}

  async ask(exchange: Exchange): Promise<Answer> {
    const begunAt = performance.now();
    const input = new Input(exchange.body);
    const email = input.email('email');
    const isLost = input.flag('oldAddressLost');
    input.check();
    const account = await this.factors.fresh(exchange);
    if (email.key === account.emailKey) throw invalid({ email: ['EMAIL_SAME'] });
    if (isLost && !(await this.methods.haveOwnSecond(account))) {
      throw invalid({ oldAddressLost: ['SECOND_FACTOR_NEEDED'] });
    }
    const { acceptLanguage, client } = exchange;
    await this.sending.countFrom(client.address);
    const request = { email, isLost, acceptLanguage, client, at: this.runtime.now() };
    this.afterAnswer.run(() => this.#begin(account, request));
    await atNextStep(begunAt);
    return { status: 202, body: { status: 'sent' }, done: 'email.sent' };
  }

  async confirm(exchange: Exchange): Promise<Answer> {
    const input = new Input(exchange.body);
    const token = input.token('token');
    input.check();
    const proof = await this.proofs.read(purpose, token);
    const account = proof && (await this.#ownerOf(proof));
    if (account === null) throw invalidToken();
    const isOwnSession = (await this.answers.userOf(exchange))?.id === account.id;
    const claim = await this.proofs.claim(purpose, token);
    if (claim === null) throw invalidToken();
    let updated: StoredAccount | null;
    try {
      updated = await this.#change(account, claim.proof);
    } catch (error) {
      await claim.release();
      throw error;
    }
    await claim.complete();
    if (updated === null) throw invalidToken();
    if (isOwnSession) await this.entrance.goOn(await exchange.session(), updated, []);
    else await this.entrance.endAll(updated.id, null);
    this.events.tell('emailChanged', { userId: updated.id, address: exchange.client.address });
    return { status: 200, body: { status: 'changed' }, done: 'emailConfirm.done' };
  }

  /** Both mails or none: the present address always hears of it, whether the new one has an account or not. */
  async #begin(account: StoredAccount, request: Request): Promise<void> {
    const { email, isLost, at, client } = request;
    if (!(await this.sending.admits('email-confirm', email.key))) return;
    if (!(await this.sending.admits('email-changing', account.emailKey))) return;
    const notice = { before: account, exchange: request, data: { email: email.email } };
    const undoUntil = await this.notices.deliver('email-changing', notice, at, isLost ? 'notice' : 'undo');
    this.events.tell('emailChangeRequested', { userId: account.id, address: client.address });
    const owner = await this.repository.findBy('email', email.key);
    if (owner !== null) await this.#tellOwner(owner, request);
    else if (!(await this.reserved.isForAnother(account.id, email.key))) await this.#mail(account, request, undoUntil);
  }

  async #mail(account: StoredAccount, { email, acceptLanguage }: Request, undoUntil: number | null): Promise<void> {
    const { validFor } = this.config.options.emailChange;
    const { id: accountId, epoch, locale } = account;
    const data: NewAddress = { ...email, undoUntil };
    const token = await this.proofs.issue({ purpose, accountId, epoch, data, validFor, newest: newestLinks });
    const link = this.paths.link('/email/confirm', token, this.config.options.links.emailConfirm);
    await this.mails.send('email-confirm', { email: email.email, locale }, acceptLanguage, { link, token, validFor });
  }

  async #tellOwner(owner: StoredAccount, { acceptLanguage, client, at }: Request): Promise<void> {
    if (!(await this.sending.admits('already-registered', owner.emailKey))) return;
    const { address, userAgent } = client;
    const link = this.paths.link('/login', null);
    await this.mails.send('already-registered', owner, acceptLanguage, { link, at, address, userAgent });
  }

  async #ownerOf({ accountId, epoch }: Proof): Promise<StoredAccount | null> {
    const account = accountId === null ? null : await this.repository.find(accountId);
    return account?.active === true && account.epoch === epoch ? account : null;
  }

  /** Null: somebody else has the address by now, or something has ended the sessions of the account. */
  async #change(account: StoredAccount, { data }: Proof): Promise<StoredAccount | null> {
    const address = addressIn(data);
    if (address === null) return null;
    const { id, emailKey } = account;
    const until = this.runtime.now() + this.config.options.emailChange.validFor;
    // The new address as well, until it is the account's: so that nobody reserves it between this and the change.
    const held = await this.reserved.reserve(id, address.key, address.email, until);
    if (held === 'taken') return null;
    const former =
      address.undoUntil === null ? null : await this.reserved.reserve(id, emailKey, account.email, address.undoUntil);
    const updated = former === 'taken' ? null : await this.#update(account, address);
    if (held === 'added') await this.reserved.release(id, address.key);
    if (updated === null && former === 'added') await this.reserved.release(id, emailKey);
    return updated;
  }

  async #update(account: StoredAccount, { email, key }: NewAddress): Promise<StoredAccount | null> {
    let known = account;
    for (;;) {
      const emailConfirmedAt = new Date(this.runtime.now());
      const changed = changedAccount(known, { email, emailKey: key, emailConfirmedAt, epoch: account.epoch + 1 });
      const result = await this.repository.update(changed, known.version);
      if ('updated' in result) return result.updated;
      if (!('conflict' in result) || result.conflict.epoch !== account.epoch) return null;
      known = result.conflict;
    }
  }
}

function invalidToken(): AccountsException {
  return invalid({ token: ['TOKEN_INVALID'] });
}

/** A proof is only ever what this module has sealed; an earlier version of it may have sealed something else. */
function addressIn(data: unknown): NewAddress | null {
  const isOne = typeof data === 'object' && data !== null && 'email' in data && 'key' in data && 'undoUntil' in data;
  return isOne ? (data as NewAddress) : null;
}
