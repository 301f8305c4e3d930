import type { CarriedSession } from './sealed-content.js';

/** The content of a verified cookie. */
export interface SessionReference {
  readonly id: string;
  /** When the cookie was issued, in ms. */
  readonly issuedAt: number;
  /** When it ends, in ms, if the cookie says so. */
  readonly endsAt?: number | null;
  /** The store's key for the id, cached here by the repository: passing the same reference again saves a hash. */
  key?: string;
  /** The session itself, if the cookie holds it. */
  readonly carried?: CarriedSession;
}
