import { Injectable } from '@nestjs/common';
import type { Budget } from '../../auth/limiter/budget.js';
import { LimiterStorage, takesBack } from '../../auth/limiter/limiter-storage.js';
import { networksOf } from '../../auth/limiter/network.js';
import { KeyRing } from '../../cookie/key-ring.js';
import { tooManyRequests } from './accounts.exception.js';

/** The budget of an IPv6 /48, as a multiple of a network address's. */
const siteFactor = 10;
const keyPurpose = 'accounts-sending-key:v1';

/** Something that is counted, and how often it may be. */
export interface Count {
  readonly named: readonly string[];
  readonly budget: Budget;
}

/** Counts what anybody can cause without an account. */
@Injectable()
export class Budgets {
  constructor(
    private readonly storage: LimiterStorage,
    private readonly keys: KeyRing,
  ) {}

  /**
   * Counts all of these, or none. Only a storage that cannot give back keeps the first ones.
   *
   * @returns for how long none is admitted, in ms; 0: all are
   */
  async take(counts: readonly Count[]): Promise<number> {
    const undo: (() => Promise<void>)[] = [];
    for (const { named, budget } of counts) {
      const key = this.keys.sign(keyPurpose, JSON.stringify(named));
      const take = await this.storage.take(key, budget, { key: `~accounts:${key.slice(0, 2)}`, budget });
      if ('wait' in take) {
        for (const giveBack of undo) await giveBack();
        return Math.max(1, take.wait);
      }
      const { storage } = this;
      if (takesBack(storage)) undo.push(() => storage.giveBack(key, budget, take.taken));
    }
    return 0;
  }

  /**
   * Counts a request by its network address and, with IPv6, by the site that this is of.
   *
   * @param what is counted, apart from anything else
   * @param interval in ms
   * @throws AccountsException 429 `TOO_MANY_REQUESTS` if it is not admitted
   */
  async takeFrom(address: string, what: string, most: number, interval: number): Promise<void> {
    const { own, site } = networksOf(address);
    const counts = [{ named: [what, own], budget: bucket(most, interval) }];
    if (site !== null) counts.push({ named: [what, site], budget: bucket(siteFactor * most, interval) });
    const wait = await this.take(counts);
    if (wait > 0) throw tooManyRequests(wait);
  }
}

/** So many at once, and then one whenever one of them is forgotten. @param interval in which all are, in ms */
export function bucket(free: number, interval: number): Budget {
  const oneEvery = interval / free;
  return { free, shortest: oneEvery, longest: oneEvery, forgets: { oneEvery } };
}
