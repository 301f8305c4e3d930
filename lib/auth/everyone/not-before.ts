import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DAY } from '../../config/time.js';
import { SessionContendedError } from '../../errors.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { AuthFacts } from '../../session/auth-facts.js';
import { changeRecord } from '../../session/compare-and-set.js';
import type { EndedWhere } from '../../session/ended-logins.js';
import { SessionStore } from '../../stores/session-store.js';
import { AuthConfig } from '../auth-config.js';
import type { Arrival, AuthFeature } from '../auth-feature.js';

/** Longer than anything that it has to end: a remembered login lasts at most 400 days. */
const KEPT_FOR = 401 * DAY;

/** How old the known epoch may be for a login, in ms: a login waits for a read that a request need not wait for. */
const FRESH_FOR = 1_000;

/**
 * Which logins are invalid: set by `logoutAllUsers()`, instead of iterating over all sessions. Each call starts an epoch, and a
 * login keeps the epoch in which it was made. Times would not do: a login of a process whose clock is ahead would survive the
 * call, and a call by one would end future logins. They are only used for logins without an epoch.
 *
 * The epoch is kept in the store, which each process reads from time to time, so elsewhere a login of a former epoch may stay
 * valid for one more `logoutAllUsersInterval`.
 */
@Injectable()
export class NotBefore implements AuthFeature, OnModuleInit {
  #known: Mark = never;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;
  readonly #key: string;

  constructor(
    @Inject(SessionStore) private readonly store: SessionStore,
    private readonly runtime: SessionRuntime,
    private readonly config: AuthConfig,
  ) {
    this.#key = `${config.surroundings.keyPrefix}not-before`;
  }

  /** Reads before the first request does. If the store is away, that one will report it. */
  async onModuleInit(): Promise<void> {
    // If that look fails, the next request that is due to look reports it.
    this.runtime.repository.endedLogins.onHint(() => void this.#look().catch(() => undefined));
    await this.#look().catch(() => undefined);
  }

  arrived({ session, auth }: Arrival): Promise<'ended' | undefined> | undefined {
    const excluded = this.isOver(auth);
    return excluded === false ? undefined : this.#end(session, excluded);
  }

  isOver(auth: AuthFacts): boolean | Promise<boolean> {
    // The time of the login itself counts, not that of what has continued it: a confirmation, or remember-me.
    return this.excludes(auth.since ?? auth.at, auth.epoch);
  }

  /**
   * Whether a login is invalid; synchronous, unless a read is due.
   *
   * @param at when it was made, in ms. @param epoch in which it was made; if unknown, its time decides.
   */
  excludes(at: number, epoch: number | undefined): boolean | Promise<boolean> {
    const isOver = (): boolean => (epoch === undefined ? at <= this.#known.time : epoch < this.#known.epoch);
    // What has ended stays ended, so no read is needed for that.
    if (isOver() || this.#isKnown(this.config.options.logoutAllUsersInterval)) return isOver();
    return this.#look().then(isOver);
  }

  /** The epoch of a login that is made now. */
  async epoch(): Promise<number> {
    if (!this.#isKnown(FRESH_FOR)) await this.#look();
    return this.#known.epoch;
  }

  /** Starts an epoch: from now on all earlier logins are invalid. */
  async raise(): Promise<void> {
    const time = this.runtime.now();
    let next: Mark = never;
    const outcome = await changeRecord(this.store, this.#key, null, (newest) => {
      const former = newest === null ? never : markIn(newest.bytes);
      next = { time, epoch: Math.max(former.epoch, this.#known.epoch) + 1 };
      return { bytes: bytesOf(next), ttlMs: KEPT_FOR };
    });
    if (outcome === 'contended') {
      throw new SessionContendedError(
        'The end of all logins could not be written, because others kept writing it. Try again.',
      );
    }
    this.#learn(next, 'here');
  }

  async #end(session: Arrival['session'], excluded: true | Promise<boolean>): Promise<'ended' | undefined> {
    if (!(await excluded)) return undefined;
    await this.runtime.repository.destroy(session);
    return 'ended';
  }

  #isKnown(forMs: number): boolean {
    const age = this.runtime.now() - this.#lookedAt;
    // After a clock was set back, the age is unknown.
    return age >= 0 && age < forMs;
  }

  #look(): Promise<void> {
    this.#looking ??= this.store
      .read(this.#key)
      .then((found) => this.#learn(found === null ? never : markIn(found.bytes), 'elsewhere'))
      .finally(() => (this.#looking = null));
    return this.#looking;
  }

  #learn(mark: Mark, where: EndedWhere): void {
    // A read that was overtaken by a later one is ignored.
    const isNews = mark.epoch > this.#known.epoch;
    if (mark.epoch >= this.#known.epoch) this.#known = mark;
    this.#lookedAt = this.runtime.now();
    if (isNews) this.runtime.repository.endedLogins.tell({ madeUntil: mark.time, beforeEpoch: mark.epoch }, where);
  }
}

/** The last time that everybody was logged out. */
interface Mark {
  /** By the clock of the process that did it, in ms. */
  readonly time: number;
  /** How often that has been done. */
  readonly epoch: number;
}

const never: Mark = { time: 0, epoch: 0 };
/** An unreadable record ends all logins: that is what its writer intended. */
const always: Mark = { time: Number.MAX_SAFE_INTEGER, epoch: 100_000_000_000_000 };

function bytesOf({ time, epoch }: Mark): Buffer {
  return Buffer.from(`${String(Math.floor(time))}.${String(epoch)}`);
}

function markIn(bytes: Uint8Array): Mark {
  const [, time, epoch] = /^(\d{1,15})\.(\d{1,15})$/.exec(Buffer.from(bytes).toString('latin1')) ?? [];
  return time === undefined || epoch === undefined ? always : { time: Number(time), epoch: Number(epoch) };
}
