import { MINUTE } from '../../config/time.js';
import type { StoreLog } from '../store-context.js';
import { isMarked, type OwnerEntry, type OwnerIndex } from './owner-index.js';
import type { RedisClient } from './redis.client.js';
import { unavailable } from './redis.errors.js';

/** Younger entries are left alone: the record may still be being created, by a machine with another clock. */
const youngMs = 10 * MINUTE;

/** After how many records created with an owner some owners are checked. */
const interval = 100;

const sampleSize = 20;
const maxSamples = 20;

/** Shorter sets are not checked for their length. */
const crowd = 100;

/**
 * Removes entries of deleted or expired records from the owners' sets, and empty sets from the database.
 *
 * An owner's set has no time to live: touches, which do not know the owner, extend records, so a record might outlive any time
 * given to the set, and would then be missing when all of its owner's are to be ended. For the same reason an entry is dropped
 * only if its record is gone, never for its age. Records can end silently (they expire, or are deleted by their key alone), so
 * stale entries have to be looked for:
 *
 * - A long set is checked after about a quarter of its length in new entries: so for a regular user, stale entries remain a
 *   fraction of the live ones.
 * - Owners who never return are found as Redis itself finds expired keys: one more set lists all owners; a few are drawn at
 *   random now and then, and more for as long as many of them have no entries left. So empty owners remain a fraction of the
 *   others.
 *
 * It runs beside the write that triggers it, one run at a time.
 */
export class OwnerUpkeep {
  private created = 0;
  /** Grows with each record of an owner with a long set, the less the longer it is; at 1, the set is due. */
  private turn = 0;
  private isBusy = false;
  private isClosed = false;

  constructor(
    private readonly client: RedisClient,
    private readonly index: OwnerIndex,
    private readonly now: () => number,
    private readonly log: StoreLog,
  ) {}

  /**
   * Adds the owner to the set of all owners. Only after its own set has an entry: a check that finds an empty set removes the
   * owner first and looks again, so one of the two sees the other.
   */
  async register(owner: string): Promise<void> {
    await this.client.sadd(registryOf(owner), owner);
  }

  /** Call it for each record created, with the length of its owner's set. */
  afterCreation(owner: string, length: number): void {
    if (this.created++ % interval === 0) this.begin(() => this.lookAtSome(registryOf(owner)));
    if (length <= crowd) return;
    this.turn += 4 / length;
    if (this.turn < 1) return;
    this.turn = 0;
    this.begin(() => this.lookThrough(owner));
  }

  /** Starts nothing from now on; a run in progress ends after its current command. */
  close(): void {
    this.isClosed = true;
  }

  private begin(work: () => Promise<void>): void {
    if (this.isBusy || this.isClosed) return;
    this.isBusy = true;
    work()
      .catch((error: unknown) => {
        // Once the store is closed, its connection may be closed, too.
        if (this.isClosed) return;
        this.log.warn(`Entries of ended sessions could not be removed. ${unavailable(error).message}`);
      })
      .finally(() => {
        this.isBusy = false;
      });
  }

  private async lookAtSome(registry: string): Promise<void> {
    for (let sample = 0; sample < maxSamples; sample++) {
      const owners = await this.client.srandmember(registry, sampleSize);
      if (this.isClosed) return;
      const left = await Promise.all(owners.map((owner) => this.hasLeft(registry, owner)));
      if (left.filter(Boolean).length * 4 <= owners.length) return;
    }
  }

  /** Checks an owner's set, and removes the owner from the registry if nothing is left. */
  private async hasLeft(registry: string, owner: string): Promise<boolean> {
    await this.lookThrough(owner);
    if (this.isClosed || (await this.isThere(owner))) return false;
    await this.client.srem(registry, owner);
    if (!(await this.isThere(owner))) return true;
    await this.client.sadd(registry, owner);
    return false;
  }

  private async lookThrough(owner: string): Promise<void> {
    for await (const page of this.index.pages(owner)) {
      const old = page.filter((entry) => this.isOld(entry));
      const isThere = await Promise.all(old.map(({ key }) => this.isThere(key)));
      const stale = old.filter((_, index) => isThere[index] === false);
      if (this.isClosed) return;
      if (stale.length > 0) await this.index.drop(owner, stale);
    }
  }

  private isOld(entry: OwnerEntry): boolean {
    return isMarked(entry) || this.now() - Math.abs(entry.score) > youngMs;
  }

  private async isThere(key: string): Promise<boolean> {
    return Number(await this.client.exists(key)) > 0;
  }
}

/** The key of the set that lists all owners with the same prefix, up to the last colon. */
function registryOf(owner: string): string {
  return `${owner.slice(0, owner.lastIndexOf(':') + 1)}owners`;
}
