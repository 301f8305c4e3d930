import { Inject, Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import { addSessionEvent, type SessionEventOf } from '../../session/observer.js';
import { accountEventNames, type AccountEventName } from './account-observer.js';

// Here rather than where they are declared: bundles leave a file out whose values nobody uses.
for (const name of accountEventNames) addSessionEvent(name);

/** Any event of accounts, by its name. */
type Listeners = { readonly [Name in AccountEventName]: (event: SessionEventOf<Name>) => unknown };

/** Tells listeners what has happened to an account, once it has. Never throws. */
@Injectable()
export class AccountEvents {
  constructor(@Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'observer'>) {}

  /** @param event without tokens, codes, addresses for mail and usernames */
  tell<Name extends AccountEventName>(name: Name, event: SessionEventOf<Name>): void {
    const listeners: Listeners = this.runtime.observer;
    listeners[name](event);
  }
}
