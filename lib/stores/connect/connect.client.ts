/** A session as express-session stores expect it. The properties beside the cookie are this adapter's. */
export interface ConnectSession {
  readonly cookie: ConnectCookie;
  readonly version: string;
  /** The record: as a string if it is JSON, otherwise in base64. */
  readonly record: string;
  readonly encoding: 'text' | 'base64';
}

/** What stores read to find out how long a session lives: each store reads a different one. */
export interface ConnectCookie {
  readonly originalMaxAge: number;
  readonly maxAge: number;
  readonly expires: Date;
  readonly httpOnly: true;
  readonly path: '/';
}

/** The callback of an express-session store: an error, or the result. */
export type ConnectCallback = (error?: unknown, session?: unknown) => void;

/**
 * The methods of an express-session store that the adapter needs. Without `touch`, it rewrites the session instead.
 *
 * @publicApi
 */
export interface ConnectClient {
  get(id: string, callback: ConnectCallback): unknown;
  set(id: string, session: object, callback?: (error?: unknown) => void): unknown;
  destroy(id: string, callback?: (error?: unknown) => void): unknown;
  touch?(id: string, session: object, callback?: (error?: unknown) => void): unknown;
}
