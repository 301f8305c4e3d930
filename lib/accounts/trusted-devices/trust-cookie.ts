import { Injectable } from '@nestjs/common';
import { DeviceCookies } from '../../auth/limiter/device-cookies.js';
import { RememberCookie } from '../../auth/remember/remember-cookie.js';
import type { RememberToken } from '../../auth/remember/remember-token.js';
import { settingName } from '../../config/setting-name.js';
import { KeyRing } from '../../cookie/key-ring.js';
import { SessionConfigError } from '../../errors.js';
import type { RequestClient } from '../../http/request-client.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { AccountsConfig } from '../accounts-config.js';
import { trustedDevicesOptions } from './trusted-devices.options.js';

const purpose = 'trusted-device-cookie:v1';

/** The cookie of a trusted device: as that of remember-me, under its own name and signature, with the attributes of the session cookie. */
@Injectable()
export class TrustCookie {
  readonly #name: string;
  readonly #cookie: RememberCookie;

  /** @throws SessionConfigError if another cookie of this package has the name */
  constructor(
    { options: { trustedDevices } }: AccountsConfig,
    cookies: DeviceCookies,
    keys: KeyRing,
    private readonly runtime: SessionRuntime,
  ) {
    const cookie = cookies.resolve(trustedDevices.cookieName);
    if (cookie === null) {
      const setting = settingName(trustedDevicesOptions.cookieName.env, 'trustedDevices.cookieName');
      throw new SessionConfigError([{ setting, problem: 'is the name of another cookie: choose another' }]);
    }
    // Logins are requests of the site's own pages, unless the settings say that those are elsewhere.
    const sameSite = cookie.sameSite === 'none' ? 'none' : 'strict';
    this.#name = cookie.name;
    this.#cookie = new RememberCookie({ ...cookie, sameSite }, keys, () => runtime.now(), purpose);
  }

  /** Whether the client has sent one, valid or not. */
  isIn(client: RequestClient): boolean {
    return this.#cookie.isIn(client);
  }

  /** The client's token, if it has sent one cookie alone, and that is signed. */
  read(client: RequestClient): RememberToken | null {
    const [shown] = this.#cookie.read(client);
    return shown !== undefined && client.cookies(this.#name).length === 1 ? shown.tokens[0] : null;
  }

  /** @param expiresAt in ms since the epoch */
  set(client: RequestClient, token: RememberToken, expiresAt: number): void {
    const issuedAt = this.runtime.now();
    this.#cookie.set(client, token, { issuedAt, expiresAt, duration: expiresAt - issuedAt });
  }

  clear(client: RequestClient): void {
    this.#cookie.clear(client);
  }
}
