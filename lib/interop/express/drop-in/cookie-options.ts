/** What the session's cookie is to be like. Express-session's options of this name. @publicApi */
export interface CookieOptions {
  /** How long it lives, in **milliseconds**. Default: none, so that it ends with the browser. */
  maxAge?: number | null | undefined;
  /** When it ends. Set `maxAge` instead; of both, the later key counts. */
  expires?: Date | null | undefined;
  /** Which paths it is sent to; requests for others have no session. Default: `/`. */
  path?: string | undefined;
  /** Default: none, this host alone. */
  domain?: string | undefined;
  /** Whether scripts cannot see it. Default: true. */
  httpOnly?: boolean | undefined;
  /** Whether it is for HTTPS alone: over HTTP it is then not set. `auto`: as the connection is. Default: false. */
  secure?: boolean | 'auto' | undefined;
  /** `true` means `strict`; `auto`: `none` over HTTPS, otherwise `lax`. Default: not said. */
  sameSite?: boolean | 'lax' | 'strict' | 'none' | 'auto' | undefined;
  /** Default: not said. */
  partitioned?: boolean | undefined;
  /** Default: not said. */
  priority?: 'low' | 'medium' | 'high' | undefined;
  /** How the value is written into the cookie; it is read with `decodeURIComponent`. Default: `encodeURIComponent`. */
  encode?: ((value: string) => string) | undefined;
  /** Has no effect: the cookie is always signed. */
  signed?: boolean | undefined;
}

/** The attributes of a cookie as they are kept in a store, and sent. */
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
  /** ms from now until it ends; null, which express-session does not declare: it ends with the browser. */
  maxAge?: number | undefined;
  sameSite?: boolean | 'lax' | 'strict' | 'none' | undefined;
  /** What `maxAge` was set to last, in ms; null: it ends with the browser. */
  originalMaxAge: number | null;
}
