import { OtherPlaces } from '../../../cookie/other-places.js';
import type { ShownCookies } from '../../../cookie/cookie-header.js';
import type { Backend } from './backend.js';
import { promiseOf } from './callbacks.js';
import type { CookieData, CookieOptions } from './cookie-options.js';
import { found } from './found-session.js';
import type { SessionRequest } from './request.js';
import { isSecure } from './request-facts.js';
import type { ShownSid } from './request-sid.js';

/** How many sessions are looked up per request: more cookies of the name are no accident. */
const mostLookups = 8;

/** Which of a request's sessions is used, and which others are live. */
export interface ChosenSession {
  readonly sid: string | undefined;
  readonly others: readonly string[];
}

/** The parts of a session's cookie that tell where the browser keeps it, and how long. */
type Placed = Partial<Pick<CookieData, 'path' | 'domain' | 'partitioned' | 'expires'>>;

/**
 * Of several sessions for which a browser sends cookies, the live one; of several live ones, the one whose cookie is in the
 * current place, or else the most recently used. An express-session cookie does not say when it was issued.
 */
export async function chosenOf(
  { tokens }: ShownCookies<ShownSid>,
  { store }: Backend,
  own: CookieOptions,
): Promise<ChosenSession> {
  const sids = [...new Set(tokens.map(({ sid }) => sid))];
  if (sids.length < 2) return { sid: sids[0], others: [] };
  const living: { readonly sid: string; readonly cookie: Placed }[] = [];
  for (const sid of sids.slice(0, mostLookups)) {
    const data = await found(store, sid);
    if (data !== null) living.push({ sid, cookie: data.cookie });
  }
  living.sort(
    (one, other) =>
      Number(isAt(other.cookie, own)) - Number(isAt(one.cookie, own)) || endOf(other.cookie) - endOf(one.cookie),
  );
  const [chosen, ...others] = living;
  return { sid: chosen?.sid ?? sids[0], others: others.map(({ sid }) => sid) };
}

/** Ends a request's other live sessions: otherwise one of them would reappear once the used one has ended. */
export async function endAll(sids: readonly string[], backend: Backend): Promise<void> {
  for (const sid of sids) {
    const flight = backend.board(sid);
    flight?.end();
    flight?.leave();
    await promiseOf((done) => backend.store.destroy(sid, done));
  }
}

/** The Set-Cookie headers that remove cookies from everywhere but the current place. @param kept the session's cookie, if any */
export function linesElsewhere(
  shown: ShownCookies<ShownSid>,
  name: string,
  req: SessionRequest,
  own: CookieOptions,
  kept: Placed | undefined,
  proxy: boolean | undefined,
): readonly string[] {
  // It keeps the attributes that it was stored with.
  if (shown.tokens.length < 2 || (kept !== undefined && !isAt(kept, own))) return [];
  const isHttps = isSecure(req, proxy);
  const places = new OtherPlaces(
    {
      name,
      ...placeOf(own),
      secure: own.secure === 'auto' ? isHttps : own.secure === true,
      httpOnly: true,
      sameSite: own.sameSite === 'none' ? 'none' : 'lax',
      former: [],
    },
    [name],
  );
  const url = req.originalUrl ?? req.url ?? '';
  return places.lines(shown, { url, host: req.headers.host, cookies: req.headers.cookie, isHttps });
}

function isAt(cookie: Placed, own: CookieOptions): boolean {
  const [one, other] = [placeOf(cookie), placeOf(own)];
  return one.path === other.path && one.domain === other.domain && one.partitioned === other.partitioned;
}

function placeOf({ path, domain, partitioned }: Pick<CookieOptions, 'path' | 'domain' | 'partitioned'>) {
  return { path: path ?? '/', domain: domain?.replace(/^\./, '') ?? null, partitioned: partitioned === true };
}

/** In ms; a store may have turned it into a string. */
function endOf({ expires }: Placed): number {
  const end = expires === null || expires === undefined ? Number.NaN : new Date(expires).getTime();
  return Number.isNaN(end) ? 0 : end;
}
