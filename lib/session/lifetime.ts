/** What a session without any timeout is kept for in a store: ten years, in ms. */
const NO_TIMEOUT = 10 * 365 * 86_400_000;

/** A session's times. All in ms; pure, the clock's reading is handed in. */
export class Lifetime {
  constructor(
    private readonly idleTimeout: number | null,
    private readonly absoluteTimeout: number | null,
    private readonly refreshInterval: number | null,
    private readonly rotateEvery: number | null,
  ) {}

  /** How long a store is to keep a session that was used just now; 0 or less: it has reached its absolute timeout. */
  remaining(createdAt: number, now: number): number {
    const absolute = this.absoluteTimeout === null ? NO_TIMEOUT : createdAt + this.absoluteTimeout - now;
    return Math.ceil(Math.min(this.idleTimeout ?? NO_TIMEOUT, absolute));
  }

  isOver(createdAt: number, now: number): boolean {
    return this.absoluteTimeout !== null && createdAt + this.absoluteTimeout <= now;
  }

  /** Whether a session whose cookie was issued at `issuedAt` is to be extended. */
  isRefreshDue(issuedAt: number, now: number): boolean {
    return this.refreshInterval !== null && this.idleTimeout !== null && now - issuedAt >= this.refreshInterval;
  }

  /** Whether a write, which extends the session in any case, is to extend its cookie as well. */
  isReissueDue(issuedAt: number, now: number): boolean {
    return this.idleTimeout !== null && (this.refreshInterval === null || this.isRefreshDue(issuedAt, now));
  }

  /** Whether sessions get a new id from time to time. */
  get rotates(): boolean {
    return this.rotateEvery !== null;
  }

  isRotationDue(rotatedAt: number, now: number): boolean {
    return this.rotateEvery !== null && now - rotatedAt >= this.rotateEvery;
  }
}
