import { randomBytes } from 'node:crypto';
import type { Environment } from '../../config/option.js';
import type { CookieOptions } from '../../cookie/cookie.options.js';
import { signatureLength, type KeyRing } from '../../cookie/key-ring.js';
import { resolveCookie, type ResolvedCookie } from '../../cookie/resolved-cookie.js';
import type { CookieRequest } from '../../cookie/other-places.js';
import { SignedCookie } from '../../cookie/signed-cookie.js';

/** What the cookie of a known device is signed for. */
const cookiePurpose = 'known-device-cookie:v1';
/** What the accounts in it are hashed for. */
const accountPurpose = 'known-device-account:v1';

/** So long after its last login a device is still known, in ms: 180 days. */
export const deviceLifetime = 180 * 86_400_000;

const idBytes = 16;
const idLength = 22;
/** A family shares a browser; what has not logged in there for longest makes room. */
const mostAccounts = 4;

/** What a cookie says of a browser. */
interface KnownDevice {
  readonly id: string;
  readonly accounts: readonly string[];
}

/** The cookie of a known device: the session cookie's attributes under another name, and never for scripts. */
export function deviceCookie(session: CookieOptions, name: string, environment: Environment): ResolvedCookie {
  const prefix = session.prefix ?? (environment === 'production' ? 'auto' : 'none');
  return resolveCookie({ ...session, name, prefix, httpOnly: true }, environment);
}

/**
 * Browsers that have logged in before, by a signed cookie: a random id, and a keyed hash of each account that it is known
 * for. It opens nothing, it only keeps a browser out of the budgets that strangers can use up.
 */
export class KnownDevices {
  readonly #cookie: SignedCookie;

  constructor(
    cookie: ResolvedCookie,
    private readonly keys: KeyRing,
    private readonly now: () => number,
  ) {
    this.#cookie = new SignedCookie(cookie, keys, cookiePurpose, now);
  }

  get cookieName(): string {
    return this.#cookie.name;
  }

  /** The id of the device, if it is known for this account; null otherwise. */
  idFor(account: string, cookieHeader: string | undefined): string | null {
    const known = this.#read(cookieHeader).find(({ accounts }) => accounts.some((hash) => this.#isOf(account, hash)));
    return known?.id ?? null;
  }

  /** The Set-Cookie line after a login to `account`: the device is known for it from now on, and for those before it. */
  remember(account: string, cookieHeader: string | undefined, https: boolean): string {
    const devices = this.#read(cookieHeader);
    const id = devices[0]?.id ?? randomBytes(idBytes).toString('base64url');
    const others = devices.flatMap(({ accounts }) => accounts).filter((hash) => !this.#isOf(account, hash));
    const known = [...new Set([this.keys.sign(accountPurpose, account), ...others])].slice(0, mostAccounts);
    return this.#cookie.write(id + known.join(''), this.now(), deviceLifetime, https);
  }

  /** The lines that go before it, and take away what stands at another path or domain. */
  linesElsewhere(request: CookieRequest): readonly string[] {
    return this.#cookie.linesElsewhere(this.#cookie.readAll(request.cookies), request);
  }

  /** What the browser has, in several cookies where their path or domain was changed; the one issued last comes first. */
  #read(header: string | undefined): readonly KnownDevice[] {
    const { tokens } = this.#cookie.readAll(header);
    // Browsers are asked to drop the cookie in time; a copy of it is not.
    return tokens.filter(({ issuedAt }) => this.now() - issuedAt <= deviceLifetime).map(({ id }) => deviceIn(id));
  }

  /** By any of the keys: a replaced secret does not make strangers of all devices. */
  #isOf(account: string, hash: string): boolean {
    return this.keys.verify(accountPurpose, account, hash) !== null;
  }
}

function deviceIn(text: string): KnownDevice {
  const hashes = text.slice(idLength);
  const accounts = Array.from({ length: Math.floor(hashes.length / signatureLength) }, (_, at) =>
    hashes.slice(at * signatureLength, (at + 1) * signatureLength),
  );
  return { id: text.slice(0, idLength), accounts };
}
