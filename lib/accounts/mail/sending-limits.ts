import { Injectable } from '@nestjs/common';
import type { Budget } from '../../auth/limiter/budget.js';
import { AccountsConfig } from '../accounts-config.js';
import { bucket, Budgets } from '../http/budgets.js';
import type { MailKind } from './mail.js';

const hour = 3_600_000;
const day = 24 * hour;
/** How often a wrong password may be tried with one link. */
const mostTries = 5;

/** Messages to a number; those that set a telephone up; and those that an account causes so. */
type SmsCount = 'sms' | 'sms-set-up' | 'sms-set-up-by';

/** Limits how many mails and messages anybody can cause, by recipient and by network address. */
@Injectable()
export class SendingLimits {
  readonly #perKind: Budget;
  readonly #perDay: Budget;
  readonly #perAddress: number;

  constructor(
    { options }: AccountsConfig,
    private readonly budgets: Budgets,
  ) {
    const { perRecipient, interval, perDay, perAddress } = options.sending;
    this.#perKind = { free: perRecipient, shortest: interval, longest: interval, forgets: { after: interval } };
    this.#perDay = bucket(perDay, day);
    this.#perAddress = perAddress;
  }

  /** Counts a request that may cause a mail. @throws AccountsException with a 429, if its network has caused too many */
  async countFrom(address: string): Promise<void> {
    await this.budgets.takeFrom(address, 'address', this.#perAddress, hour);
  }

  /**
   * Counts a mail or a message to a recipient, each kind by itself: who makes others register an address keeps nobody from recovering. False: too many have been sent, so this one is not.
   *
   * @param recipient the normal form of the address, or what else is sent to
   */
  async admits(kind: MailKind | SmsCount, recipient: string): Promise<boolean> {
    const wait = await this.budgets.take([
      { named: [kind, recipient], budget: this.#perKind },
      { named: ['day', kind, recipient], budget: this.#perDay },
    ]);
    return wait === 0;
  }

  /** Counts a try with what has been sent; five are admitted. @param ms for how long they are remembered */
  async admitsTry(id: string, ms: number): Promise<boolean> {
    const budget = { free: mostTries, shortest: ms, longest: ms, forgets: { after: ms } };
    return (await this.budgets.take([{ named: ['try', id], budget }])) === 0;
  }
}
