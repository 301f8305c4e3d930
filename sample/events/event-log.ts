import { Injectable, Logger } from '@nestjs/common';
import { SessionListener, type SessionEventName, type SessionEventOf, type SessionObserver } from 'nestjs-session-auth';

/**
 * A line for each thing that happens to logins. It names sessions by their public ids, and who typed a wrong password by a hash:
 * a log has no secrets in it.
 */
@Injectable()
@SessionListener()
export class EventLog implements SessionObserver {
  readonly #logger = new Logger('Events');

  login(event: SessionEventOf<'login'>): void {
    this.#write('login', event);
  }

  logout(event: SessionEventOf<'logout'>): void {
    this.#write('logout', event);
  }

  loginFailed(event: SessionEventOf<'loginFailed'>): void {
    this.#write('loginFailed', event);
  }

  confirmed(event: SessionEventOf<'confirmed'>): void {
    this.#write('confirmed', event);
  }

  remembered(event: SessionEventOf<'remembered'>): void {
    this.#write('remembered', event);
  }

  revoked(event: SessionEventOf<'revoked'>): void {
    this.#write('revoked', event);
  }

  protected(event: SessionEventOf<'protected'>): void {
    this.#write('protected', event);
  }

  refused(event: SessionEventOf<'refused'>): void {
    this.#write('refused', event);
  }

  /** Somebody has a copy of a browser's remember-me cookie: worth a mail to the user, and to whoever watches over the shop. */
  rememberStolen(event: SessionEventOf<'rememberStolen'>): void {
    this.#logger.warn(`rememberStolen ${JSON.stringify(event)}`);
  }

  #write(name: SessionEventName, event: object): void {
    this.#logger.log(`${name} ${JSON.stringify(event)}`);
  }
}
