/** The attributes of the session's cookie: express-session's `cookie` options. @publicApi */
export interface CookieOptions {
  /** Its lifetime, in **milliseconds**. Default: none, so that it ends with the browser. */
  maxAge?: number | null | undefined;
  /** When it expires. Use `maxAge` instead; of both, the later key counts. */
  expires?: Date | null | undefined;
  /** The path it is sent to; requests for other paths have no session. Default: `/`. */
  path?: string | undefined;
  /** Default: none, this host only. */
  domain?: string | undefined;
  /** Whether to hide it from scripts. Default: true. */
  httpOnly?: boolean | undefined;
  /** Whether it is for HTTPS only: over HTTP it is then not set. `auto`: depends on the connection. Default: false. */
  secure?: boolean | 'auto' | undefined;
  /** `true` means `strict`; `auto`: `none` over HTTPS, otherwise `lax`. Default: not set. */
  sameSite?: boolean | 'lax' | 'strict' | 'none' | 'auto' | undefined;
  /** Default: not set. */
  partitioned?: boolean | undefined;
  /** Default: not set. */
  priority?: 'low' | 'medium' | 'high' | undefined;
  /** Encodes the value; `decodeURIComponent` must decode it. Default: `encodeURIComponent`. */
  encode?: ((value: string) => string) | undefined;
  /** Has no effect: the cookie is always signed. */
  signed?: boolean | undefined;
}

/** The attributes of a cookie as stored and sent. */
export interface CookieData extends Omit<CookieOptions, 'maxAge' | 'encode' | 'signed'> {
  originalMaxAge: number | null;
}

/**
 * `req.session.cookie`, as handlers and stores see it. The types are those of express-session's declarations, which stores are
 * written against.
 *
 * @publicApi
 */
export interface SessionCookie extends Omit<CookieOptions, 'maxAge' | 'sameSite'> {
  /** ms from now until it expires; null, which express-session does not declare: it ends with the browser. */
  maxAge?: number | undefined;
  sameSite?: boolean | 'lax' | 'strict' | 'none' | undefined;
  /** The last assigned `maxAge`, in ms; null: it ends with the browser. */
  originalMaxAge: number | null;
}
