/** A session as stores of express-session keep it. What is beside the cookie is this store's. */
export interface ConnectSession {
  readonly cookie: ConnectCookie;
  readonly version: string;
  /** The record: its text where it is JSON, otherwise base64. */
  readonly record: string;
  readonly encoding: 'text' | 'base64';
}

/** What stores look at to know how long a session lives: each at another of these. */
export interface ConnectCookie {
  readonly originalMaxAge: number;
  readonly maxAge: number;
  readonly expires: Date;
  readonly httpOnly: true;
  readonly path: '/';
}

/** How a store of express-session answers: a failure, or what was asked for. */
export type ConnectCallback = (error?: unknown, session?: unknown) => void;

/**
 * What the adapter needs of a store of express-session. One without `touch` is written to instead.
 *
 * @publicApi
 */
export interface ConnectClient {
  get(id: string, callback: ConnectCallback): unknown;
  set(id: string, session: object, callback?: (error?: unknown) => void): unknown;
  destroy(id: string, callback?: (error?: unknown) => void): unknown;
  touch?(id: string, session: object, callback?: (error?: unknown) => void): unknown;
}
