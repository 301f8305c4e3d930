import { DAY } from '../config/time.js';
import { shorter, type Timeouts } from './timeouts.js';

/** How long a store keeps a session without any timeout: ten years, in ms. */
const NO_TIMEOUT = 10 * 365 * DAY;

/** The fewest refreshes within an idle timeout. */
const REFRESHES_PER_IDLE_TIMEOUT = 20;

/** The parts of a session that determine its lifetime. Times in ms. */
export interface Lived {
  readonly createdAt: number;
  readonly auth: LoginTimes | null;
}

/** A login's times count from its authentication, and it may have its own timeouts. */
interface LoginTimes {
  readonly at: number;
  readonly idleTimeout?: number | null;
  readonly absoluteTimeout?: number | null;
}

/** A session's times, in ms. Pure: the current time is passed in. */
export class Lifetime {
  constructor(
    private readonly idleTimeout: number | null,
    private readonly absoluteTimeout: number | null,
    private readonly refreshInterval: number | null,
    private readonly rotateEvery: number | null,
    /** The upper limit for logins with their own timeouts. */
    private readonly longest: Timeouts = { idleTimeout: null, absoluteTimeout: null },
  ) {}

  /** How long a store is to keep a session that was just used; 0 or less: it has reached its absolute timeout. */
  remaining(lived: Lived, now: number): number {
    const end = this.endOf(lived);
    return Math.ceil(Math.min(this.#idleOf(lived.auth) ?? NO_TIMEOUT, end === null ? NO_TIMEOUT : end - now));
  }

  /** When a session reaches its absolute timeout; null: it has none. */
  endOf({ createdAt, auth }: Lived): number | null {
    const timeout =
      auth?.absoluteTimeout === undefined
        ? this.absoluteTimeout
        : shorter(auth.absoluteTimeout, this.longest.absoluteTimeout);
    return timeout === null ? null : (auth?.at ?? createdAt) + timeout;
  }

  /** Whether a session has reached its absolute timeout. */
  isOver(lived: Lived, now: number): boolean {
    const end = this.endOf(lived);
    return end !== null && end <= now;
  }

  /** Whether a session whose cookie was issued at `issuedAt` is due to be extended. */
  isRefreshDue(issuedAt: number, now: number, auth: LoginTimes | null): boolean {
    const interval = this.#refreshIntervalOf(auth);
    return interval !== null && now - issuedAt >= interval;
  }

  /** Whether a write, which extends the session anyway, is also to extend its cookie. */
  isReissueDue(issuedAt: number, now: number, auth: LoginTimes | null): boolean {
    if (this.#idleOf(auth) === null) return false;
    return this.refreshInterval === null || this.isRefreshDue(issuedAt, now, auth);
  }

  /** Whether sessions get a new id periodically. */
  get rotates(): boolean {
    return this.rotateEvery !== null;
  }

  isRotationDue(rotatedAt: number, now: number): boolean {
    return this.rotateEvery !== null && now - rotatedAt >= this.rotateEvery;
  }

  #idleOf(auth: LoginTimes | null): number | null {
    return auth?.idleTimeout === undefined ? this.idleTimeout : shorter(auth.idleTimeout, this.longest.idleTimeout);
  }

  #refreshIntervalOf(auth: LoginTimes | null): number | null {
    const idle = this.#idleOf(auth);
    if (this.refreshInterval === null || idle === null) return null;
    if (auth?.idleTimeout === undefined) return this.refreshInterval;
    return Math.min(this.refreshInterval, Math.floor(idle / REFRESHES_PER_IDLE_TIMEOUT));
  }
}
