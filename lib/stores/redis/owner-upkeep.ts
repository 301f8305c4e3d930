import type { StoreLog } from '../store-context.js';
import { isMarked, type OwnerEntry, type OwnerIndex } from './owner-index.js';
import type { RedisClient } from './redis.client.js';
import { unavailable } from './redis.errors.js';

/** An entry that is younger is left alone: its record may be on its way, from a server whose clock is another one. */
const youngMs = 10 * 60_000;

/** After how many records that were created with an owner some owners are looked at. */
const interval = 100;

const sampleSize = 20;
const maxSamples = 20;

/** A set that is no longer than this is not looked at because of its length. */
const crowd = 100;

/**
 * Rids the owners' sets of entries whose records are gone, and the database of sets without a record.
 *
 * An owner's set has no time to live: a record lives on by touches, which know nothing of owners, so whatever time the set
 * were given, a record might outlive it, and would then be missing when all of its owner's are to be ended. For the same
 * reason no entry is dropped because of its age, but only because its record is gone. And a record may end without a word
 * (it expires, or is deleted by its key alone), so there is something to look for:
 *
 * - A set that has grown long is looked through after about a quarter of its length in new entries: what is stale remains a
 *   part of what lives, for an owner who comes back all the time.
 * - An owner who never comes back is found as Redis itself finds what has expired: all owners are in one more set, of which
 *   a few are drawn at random now and then, and a few more for as long as many of them turn out to have nothing left. So
 *   those who have nothing left remain a part of those who have something.
 *
 * It runs beside the write that gives rise to it, one at a time.
 */
export class OwnerUpkeep {
  private created = 0;
  /** Grows by each record of an owner with a long set, and the less the longer it is; at 1 that set's turn has come. */
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
   * Enters the owner among all owners. After its set has an entry, never before: one who looks at an empty set takes the owner
   * out first and looks once more then, so one of the two sees the other.
   */
  async register(owner: string): Promise<void> {
    await this.client.sadd(registryOf(owner), owner);
  }

  /** To be told of each record that was created, with the length of its owner's set. */
  afterCreation(owner: string, length: number): void {
    if (this.created++ % interval === 0) this.begin(() => this.lookAtSome(registryOf(owner)));
    if (length <= crowd) return;
    this.turn += 4 / length;
    if (this.turn < 1) return;
    this.turn = 0;
    this.begin(() => this.lookThrough(owner));
  }

  /** Nothing is begun from now on, and what runs ends after the command that is under way. */
  close(): void {
    this.isClosed = true;
  }

  private begin(work: () => Promise<void>): void {
    if (this.isBusy || this.isClosed) return;
    this.isBusy = true;
    work()
      .catch((error: unknown) => {
        // Once the store is closed, its connection may be, too: no news.
        if (this.isClosed) return;
        this.log.warn(`Entries of sessions that have ended could not be removed. ${unavailable(error).message}`);
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

  /** Looks through an owner's set, and takes the owner out of the registry if nothing is left in it. */
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

/** Where an owner stands among all others whose names begin alike: beside its set, as far as the last colon. */
function registryOf(owner: string): string {
  return `${owner.slice(0, owner.lastIndexOf(':') + 1)}owners`;
}
