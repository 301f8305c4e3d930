import type { KeyRing } from '../../cookie/key-ring.js';
import type { Budget } from './budget.js';
import type { LimiterOptions } from './limiter.options.js';
import type { CoarserCount } from './limiter-storage.js';
import { networksOf } from './network.js';

/** A place where attempts are counted. */
export interface Bucket {
  /** Keyed hashes: who has the store and not the secret finds out neither accounts nor addresses. */
  readonly key: string;
  readonly budget: Budget;
  /** Where a storage counts that has no room for another key. */
  readonly coarser: CoarserCount;
  /** What a success does: it forgets all failures of an account; those of an address are not all of the same person. */
  readonly onSuccess: 'clear' | 'give-back';
}

const second = 1000;
const hour = 3_600_000;
const year = 365 * 24 * hour;

/** How many times the budget of an address all addresses of a /48 have together: it may be a large company, or one customer. */
const siteFactor = 10;

/** How much of a key is left in a coarser one: 12 bits, so that there are 4096 of a kind. */
const coarserLength = 2;

const keyPurpose = 'login-limiter-key:v1';

/** Where an attempt is counted. */
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
    // Reached, it ends by `forget()` alone, or by nobody trying for a year.
    this.#ceiling =
      ceiling === null ? null : { free: ceiling, shortest: year, longest: year, forgets: { after: year } };
  }

  /**
   * The buckets of an attempt, in the order of asking. The account's is the first: where it is empty, as under an attack on
   * one account, nothing is written.
   *
   * @param device the known device that it comes from, which is counted by itself.
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

  /** Those that are the account's alone, whatever an attempt comes from. */
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

  /** What nobody but one account's owner can end must not shut out those who share a key with it. */
  #sharedBudget(budget: Budget): Budget {
    return budget === this.#ceiling ? { ...this.#account, free: budget.free } : budget;
  }
}

type BudgetOptions = Pick<LimiterOptions, 'attempts' | 'addressAttempts' | 'longest' | 'forgetAfter' | 'ceiling'>;

/** An office fails all day long, a little: forgotten one by one, so that it is never all of it that waits for a quiet time. */
function addressBudget(perHour: number, longest: number): Budget {
  return { free: perHour, shortest: second, longest, forgets: { oneEvery: hour / perHour } };
}
