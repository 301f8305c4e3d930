import type { SessionEventName, SessionObserver } from 'nestjs-session-auth';
import type { OwnSessionEventName } from '../../lib/session/observer.js';

type Listener = (event: unknown) => void;

/** An observer that keeps what it hears, for a test to look at. */
export class HeardEvents {
  readonly all: { readonly name: SessionEventName; readonly event: unknown }[] = [];
  readonly observer: SessionObserver;

  constructor() {
    const names = {
      lateWrite: this.#listener('lateWrite'),
      overwritten: this.#listener('overwritten'),
      brokenRecord: this.#listener('brokenRecord'),
      storeError: this.#listener('storeError'),
      created: this.#listener('created'),
      destroyed: this.#listener('destroyed'),
      rotated: this.#listener('rotated'),
      droppedChange: this.#listener('droppedChange'),
      expired: this.#listener('expired'),
      migrated: this.#listener('migrated'),
      migrationRefused: this.#listener('migrationRefused'),
      login: this.#listener('login'),
      logout: this.#listener('logout'),
      loginFailed: this.#listener('loginFailed'),
      confirmed: this.#listener('confirmed'),
      remembered: this.#listener('remembered'),
      rememberStolen: this.#listener('rememberStolen'),
      revoked: this.#listener('revoked'),
      socketClosed: this.#listener('socketClosed'),
      protected: this.#listener('protected'),
      refused: this.#listener('refused'),
    } satisfies Record<OwnSessionEventName, Listener>;
    this.observer = names;
  }

  /** The events of one name, in order. */
  of(name: SessionEventName): unknown[] {
    return this.all.filter((heard) => heard.name === name).map(({ event }) => event);
  }

  get names(): SessionEventName[] {
    return this.all.map(({ name }) => name);
  }

  forget(): void {
    this.all.length = 0;
  }

  #listener(name: SessionEventName): Listener {
    return (event) => void this.all.push({ name, event });
  }
}
