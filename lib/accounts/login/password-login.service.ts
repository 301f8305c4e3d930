import { Injectable } from '@nestjs/common';
import type { SessionObject } from '../../session/session.js';
import { AccountsException } from '../http/accounts.exception.js';
import { exchangeOf } from '../http/exchange.js';
import type { Arrived } from './arrival.js';
import { LoginService } from './login.service.js';

/** The input of a login. It is untrusted: pass it on as the client sent it. @publicApi */
export interface PasswordLogin {
  /** The email address, or the username if accounts have them. */
  readonly identity?: unknown;
  readonly password?: unknown;
  /** Whether to remember the login on this device. Default: no. */
  readonly remember?: unknown;
  /** Where to redirect the browser afterwards. */
  readonly next?: unknown;
}

/** Logs in with a password, for your own pages and API. @publicApi */
@Injectable()
export class PasswordLoginService {
  constructor(private readonly login: LoginService) {}

  /**
   * Checks a password, counts failed attempts, and logs in through the gate, or makes the login pending until a second factor is proved.
   * Neither the result nor its time reveals who has an account.
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
