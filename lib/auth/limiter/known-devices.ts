import { randomBytes } from 'node:crypto';
import type { Environment } from '../../config/option.js';
import { DAY } from '../../config/time.js';
import { cookieNameForm } from '../../cookie/cookie-name-form.js';
import type { CookieOptions } from '../../cookie/cookie.options.js';
import { signatureLength, type KeyRing } from '../../cookie/key-ring.js';
import { resolveCookie, type ResolvedCookie } from '../../cookie/resolved-cookie.js';
import type { CookieRequest } from '../../cookie/other-places.js';
import { SignedCookie } from '../../cookie/signed-cookie.js';

const cookiePurpose = 'known-device-cookie:v1';
const accountPurpose = 'known-device-account:v1';

/** How long after its last login a device is known, in ms: 180 days. */
export const deviceLifetime = 180 * DAY;

const idBytes = 16;
const idLength = 22;
/** A family may share a browser; the account with the oldest login there is dropped first. */
const mostAccounts = 4;

/** In ms since the epoch, base 36: enough for a thousand years. */
const timeLength = 9;
const entryLength = signatureLength + timeLength;

/** A device that is known for an account. */
export interface DeviceOfAccount {
  readonly id: string;
  /** When it last logged in to the account, in ms. */
  readonly since: number;
}

/** The hash of an account in a cookie. */
interface Entry {
  readonly hash: string;
  readonly since: number;
}

/** The content of a device cookie. */
interface KnownDevice {
  readonly id: string;
  readonly accounts: readonly Entry[];
}

/** The device cookie: the session cookie's attributes under another name, and always hidden from scripts. */
export function deviceCookie(session: CookieOptions, name: string, environment: Environment): ResolvedCookie {
  const isAuto = environment === 'production' || cookieNameForm(session.name).isAuto;
  return resolveCookie({ ...session, name: isAuto ? `auto:${name}` : name, httpOnly: true }, environment);
}

/**
 * Recognises browsers that have logged in before by a signed cookie: a random id, and a keyed hash of each account that it is
 * known for. It grants no access, and only keeps a browser out of the budgets that strangers can exhaust.
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

  /** The device, if it is known for this account; otherwise null. */
  find(account: string, cookieHeader: string | undefined): DeviceOfAccount | null {
    for (const { id, accounts } of this.#read(cookieHeader)) {
      const entry = accounts.find(({ hash }) => this.#isOf(account, hash));
      if (entry !== undefined) return { id, since: entry.since };
    }
    return null;
  }

  /** The Set-Cookie header after a login to `account`: the device is now known for it, in addition to earlier ones. */
  remember(account: string, cookieHeader: string | undefined, https: boolean): string {
    const devices = this.#read(cookieHeader);
    const id = devices[0]?.id ?? randomBytes(idBytes).toString('base64url');
    const others = devices.flatMap(({ accounts }) => accounts).filter(({ hash }) => !this.#isOf(account, hash));
    const own = { hash: this.keys.sign(accountPurpose, account), since: this.now() };
    const known = new Map([own, ...others].toReversed().map((entry) => [entry.hash, entry]));
    const kept = [...known.values()].toReversed().slice(0, mostAccounts);
    const text = kept.map(({ hash, since }) => hash + since.toString(36).padStart(timeLength, '0')).join('');
    return this.#cookie.write(id + text, this.now(), deviceLifetime, https);
  }

  /** The Set-Cookie headers that come before it, and remove the cookie from other paths or domains. */
  linesElsewhere(request: CookieRequest): readonly string[] {
    return this.#cookie.linesElsewhere(this.#cookie.readAll(request.cookies), request);
  }

  /** The browser's cookies, several if path or domain were changed; the most recently issued one first. */
  #read(header: string | undefined): readonly KnownDevice[] {
    const { tokens } = this.#cookie.readAll(header);
    // Browsers drop the cookie in time; a copy of it does not expire by itself.
    return tokens
      .filter(({ issuedAt }) => this.#isRecent(issuedAt))
      .map(({ id, issuedAt }) => ({
        id: id.slice(0, idLength),
        accounts: entriesIn(id.slice(idLength), issuedAt).filter(({ since }) => this.#isRecent(since)),
      }));
  }

  #isRecent(time: number): boolean {
    return this.now() - time <= deviceLifetime;
  }

  /** With any of the keys: replacing a secret does not make all devices unknown. */
  #isOf(account: string, hash: string): boolean {
    return this.keys.verify(accountPurpose, account, hash) !== null;
  }
}

/** @param issuedAt the time of the cookie, in ms: those of a former version do not say when each account was logged in to. */
function entriesIn(text: string, issuedAt: number): Entry[] {
  const isFormer = text.length % entryLength !== 0 && text.length % signatureLength === 0;
  const length = isFormer ? signatureLength : entryLength;
  return Array.from({ length: Math.floor(text.length / length) }, (_, at) => {
    const entry = text.slice(at * length, (at + 1) * length);
    const since = isFormer ? issuedAt : Number.parseInt(entry.slice(signatureLength), 36);
    return { hash: entry.slice(0, signatureLength), since };
  });
}
