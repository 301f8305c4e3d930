import { DAY, HOUR } from '../../config/time.js';
import type { KeyRing } from '../../cookie/key-ring.js';
import type { Budget } from './budget.js';
import type { LimiterOptions } from './limiter.options.js';
import type { CoarserCount } from './limiter-storage.js';
import { networksOf } from './network.js';

/** A counter of attempts. */
export interface Bucket {
  /** Keyed hashes: someone with the store but without the secret learns neither accounts nor addresses. */
  readonly key: string;
  readonly budget: Budget;
  /** Where a storage counts if it has no space for another key. */
  readonly coarser: CoarserCount;
  /** The effect of a success: it clears all failures of an account; those of an address are not all from the same person. */
  readonly onSuccess: 'clear' | 'give-back';
}

const second = 1000;
const year = 365 * DAY;

/** The budget of a /48, as a multiple of an address's: it may be a large company, or one customer. */
const siteFactor = 10;

/** How much of a key remains in a coarser one: 12 bits, so there are 4096 of a kind. */
const coarserLength = 2;

const keyPurpose = 'login-limiter-key:v1';

/** The counters of an attempt. */
export class Buckets {
  readonly #account: Budget;
  readonly #address: Budget | null;
  readonly #site: Budget | null;
  readonly #ceiling: Budget | null;

  constructor(
    private readonly keys: KeyRing,
    { attempts, addressAttempts, longest, forgetAfter, ceiling }: BudgetOptions,
  ) {
    this.#account = { free: attempts, shortest: second, longest, forgets: { after: forgetAfter } };
    this.#address = addressAttempts === null ? null : addressBudget(addressAttempts, longest);
    this.#site = addressAttempts === null ? null : addressBudget(siteFactor * addressAttempts, longest);
    // Once reached, it ends only with `forget()`, or after a year without attempts.
    this.#ceiling =
      ceiling === null ? null : { free: ceiling, shortest: year, longest: year, forgets: { after: year } };
  }

  /**
   * The buckets of an attempt, in the order in which they are taken. The account's comes first: if it is exhausted, as in an
   * attack on one account, nothing is written.
   *
   * @param device the known device that it comes from, which is counted separately.
   */
  of(account: string | null, address: string, device: string | null): Bucket[] {
    const own = device === null ? this.#bucket(this.#account, 'account', account) : this.#ofDevice(account, device);
    const buckets = [own];
    if (device === null && this.#address !== null) {
      const { own, site } = networksOf(address);
      buckets.push({ ...this.#bucket(this.#address, 'address', own), onSuccess: 'give-back' });
      if (site !== null && this.#site !== null) {
        buckets.push({ ...this.#bucket(this.#site, 'address', site), onSuccess: 'give-back' });
      }
    }
    if (this.#ceiling !== null) buckets.push(this.#bucket(this.#ceiling, 'ceiling', account));
    return buckets;
  }

  /** Those of the account, whatever device an attempt comes from. */
  ofAccount(account: string | null): Bucket[] {
    const own = this.#bucket(this.#account, 'account', account);
    return this.#ceiling === null ? [own] : [own, this.#bucket(this.#ceiling, 'ceiling', account)];
  }

  #ofDevice(account: string | null, device: string): Bucket {
    return this.#bucket(this.#account, 'device', account, device);
  }

  #bucket(budget: Budget, ...named: readonly (string | null)[]): Bucket {
    const key = this.keys.sign(keyPurpose, JSON.stringify(named));
    const coarser = { key: `~${String(named[0])}:${key.slice(0, coarserLength)}`, budget: this.#sharedBudget(budget) };
    return { key, budget, coarser, onSuccess: 'clear' };
  }

  /** A limit that only the account's owner can lift must not lock out accounts that share a key with it. */
  #sharedBudget(budget: Budget): Budget {
    return budget === this.#ceiling ? { ...this.#account, free: budget.free } : budget;
  }
}

type BudgetOptions = Pick<LimiterOptions, 'attempts' | 'addressAttempts' | 'longest' | 'forgetAfter' | 'ceiling'>;

/** In an office, some logins fail all day long: they are forgotten one by one, so a quiet period is never needed. */
function addressBudget(perHour: number, longest: number): Budget {
  return { free: perHour, shortest: second, longest, forgets: { oneEvery: HOUR / perHour } };
}
