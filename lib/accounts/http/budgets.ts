import { Injectable } from '@nestjs/common';
import type { Budget } from '../../auth/limiter/budget.js';
import { LimiterStorage, takesBack } from '../../auth/limiter/limiter-storage.js';
import { networksOf } from '../../auth/limiter/network.js';
import { KeyRing } from '../../cookie/key-ring.js';

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

  /** Counts all of these, or none. Only a storage that cannot give back keeps the first ones. @returns whether all are admitted */
  async take(counts: readonly Count[]): Promise<boolean> {
    const undo: (() => Promise<void>)[] = [];
    for (const { named, budget } of counts) {
      const key = this.keys.sign(keyPurpose, JSON.stringify(named));
      const take = await this.storage.take(key, budget, { key: `~accounts:${key.slice(0, 2)}`, budget });
      if ('wait' in take) {
        for (const giveBack of undo) await giveBack();
        return false;
      }
      const { storage } = this;
      if (takesBack(storage)) undo.push(() => storage.giveBack(key, budget, take.taken));
    }
    return true;
  }

  /**
   * Counts a request by its network address and, with IPv6, by the site that this is of.
   *
   * @param what is counted, apart from anything else
   * @param interval in ms
   * @returns whether it is admitted
   */
  async takeFrom(address: string, what: string, most: number, interval: number): Promise<boolean> {
    const { own, site } = networksOf(address);
    const counts = [{ named: [what, own], budget: bucket(most, interval) }];
    if (site !== null) counts.push({ named: [what, site], budget: bucket(siteFactor * most, interval) });
    return this.take(counts);
  }
}

/** So many at once, and then one whenever one of them is forgotten. @param interval in which all are, in ms */
export function bucket(free: number, interval: number): Budget {
  const oneEvery = interval / free;
  return { free, shortest: oneEvery, longest: oneEvery, forgets: { oneEvery } };
}
