import { Injectable } from '@nestjs/common';
import { SessionListener, type SessionEventOf, type SessionObserver, type UserId } from 'nestjs-session-auth';
import { EventEmitter, on } from 'node:events';

/** Whose logins have changed in this process, for pages that show them. */
@Injectable()
@SessionListener()
export class LoginChanges implements SessionObserver {
  readonly #emitter = new EventEmitter();

  constructor() {
    // Each open page is a listener.
    this.#emitter.setMaxListeners(0);
  }

  /** Calls `changed` after each change of a user's logins. @returns a function that stops that */
  watch(userId: UserId, changed: () => void): () => void {
    const event = eventOf(userId);
    this.#emitter.on(event, changed);
    return () => this.#emitter.off(event, changed);
  }

  /** The changes of a user's logins, one after the other. */
  of(userId: UserId): AsyncIterableIterator<unknown> {
    return on(this.#emitter, eventOf(userId));
  }

  login({ userId }: SessionEventOf<'login'>): void {
    this.#tell(userId);
  }

  remembered({ userId }: SessionEventOf<'remembered'>): void {
    this.#tell(userId);
  }

  logout({ userId }: SessionEventOf<'logout'>): void {
    this.#tell(userId);
  }

  revoked({ userId }: SessionEventOf<'revoked'>): void {
    if (userId !== null) this.#tell(userId);
  }

  #tell(userId: UserId): void {
    this.#emitter.emit(eventOf(userId));
  }
}

function eventOf(userId: UserId): string {
  return `${typeof userId} ${String(userId)}`;
}
