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

/** The content of a request's cookie, once verified. */
export interface SessionToken extends SessionReference {
  /** True: a former key verified it, so it should be issued again under the current one. */
  readonly outdated: boolean;
}

/** The session's cookies that a client has sent. */
export interface ShownTokens {
  /** The valid ones: the most recently issued first, ended ones last. */
  readonly tokens: readonly SessionToken[];
  /** There are others that are not valid or were not checked. */
  readonly hasOthers: boolean;
}
