import { Injectable, Logger } from '@nestjs/common';
import { SessionListener, type SessionEventName, type SessionEventOf, type SessionObserver } from 'nestjs-session-auth';

/**
 * Logs a line for each event. Sessions appear by public id, and the account of a failed login by hash, so that the log
 * contains no secrets.
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

  /** Somebody used a copy of a remember-me cookie. A real shop would send an email to the user and to its operators. */
  rememberStolen(event: SessionEventOf<'rememberStolen'>): void {
    this.#logger.warn(`rememberStolen ${JSON.stringify(event)}`);
  }

  #write(name: SessionEventName, event: object): void {
    this.#logger.log(`${name} ${JSON.stringify(event)}`);
  }
}
