import { Injectable } from '@nestjs/common';
import { DeviceCookies } from '../../auth/limiter/device-cookies.js';
import type { KnownDevices } from '../../auth/limiter/known-devices.js';
import { settingName } from '../../config/setting-name.js';
import { SessionConfigError } from '../../errors.js';
import type { RequestClient } from '../../http/request-client.js';
import { AccountsConfig } from '../accounts-config.js';
import { trackingOptions } from './tracking.options.js';

/** Knows the browsers from which accounts are used, by a cookie that gives access to nothing. */
@Injectable()
export class AccountDevices {
  readonly #devices: KnownDevices;

  /** @throws SessionConfigError if another cookie of this package has the name */
  constructor({ options: { tracking } }: AccountsConfig, cookies: DeviceCookies) {
    const devices = cookies.named(tracking.deviceCookieName);
    if (devices === null) {
      const setting = settingName(trackingOptions.deviceCookieName.env, 'tracking.deviceCookieName');
      throw new SessionConfigError([{ setting, problem: 'is the name of another cookie: choose another' }]);
    }
    this.#devices = devices;
  }

  /**
   * Whether the account was used from this browser before, which it is from now on.
   *
   * @param epoch the account's: whoever used it before its password or a factor was changed is unknown afterwards
   */
  meet(client: RequestClient, accountId: string, epoch: number): boolean {
    const account = JSON.stringify([accountId, epoch]);
    const isKnown = this.#devices.find(account, client.cookieHeader) !== null;
    const line = this.#devices.remember(account, client.cookieHeader, client.isHttps);
    client.setCookie(this.#devices.cookieName, ...this.#devices.linesElsewhere(client.cookieRequest), line);
    return isKnown;
  }
}
