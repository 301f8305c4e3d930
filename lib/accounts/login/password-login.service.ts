import { Injectable } from '@nestjs/common';
import type { SessionObject } from '../../session/session.js';
import { AccountsException } from '../http/accounts.exception.js';
import { exchangeOf } from '../http/exchange.js';
import type { Arrived } from './arrival.js';
import { LoginService } from './login.service.js';

/** Who logs in. All of it is untrusted, and may be passed on as it came. @publicApi */
export interface PasswordLogin {
  /** The address, or the username where there are any. */
  readonly identity?: unknown;
  readonly password?: unknown;
  /** Whether the login is to be remembered on this device. Default: no. */
  readonly remember?: unknown;
  /** Where a browser goes then. */
  readonly next?: unknown;
}

/** Logs in by a password, for pages and an API of your own. @publicApi */
@Injectable()
export class PasswordLoginService {
  constructor(private readonly login: LoginService) {}

  /**
   * Checks a password, counts the guess, and logs in through the gate, or lets the login wait for a second factor. Neither the result nor
   * its time tells who has an account.
   *
   * @throws AccountsException 400 with `fields`; 401 `INVALID_CREDENTIALS`, whatever the reason; 409 `ALREADY_IN`
   * @throws TooManyAttemptsException
   */
  async logIn(session: SessionObject, login: PasswordLogin): Promise<Arrived> {
    const arrived = await this.login.enter(exchangeOf(session, login));
    if (arrived === null) throw new AccountsException(409, 'ALREADY_IN');
    return arrived;
  }
}
