import type { Provider } from '@nestjs/common';
import { Devices } from './auth/devices/devices.js';
import { UserLogins } from './auth/devices/user-logins.js';
import { NotBefore } from './auth/everyone/not-before.js';
import { SessionRuntime } from './http/session-runtime.js';
import type { SessionConfig } from './session-module.options.js';
import { RecordCodec } from './session/record-codec.js';
import { SessionSearch } from './session/session-search.js';
import { SessionStore } from './stores/session-store.js';
import { COMMAND_ACCESS, SESSION_CONFIG } from './tokens.js';

/** What the command needs of an application that it has started: `COMMAND_ACCESS` is its token. */
export interface CommandAccess {
  readonly config: SessionConfig;
  /** Within its time limit. */
  readonly store: SessionStore;
  readonly logins: Pick<UserLogins, 'list' | 'end' | 'endAll'>;
  readonly devices: Pick<Devices, 'find'>;
  readonly search: Pick<SessionSearch, 'isOffered' | 'find' | 'end'>;
  /** As that of AuthService, which would turn the errors of a store into responses. */
  logoutAllUsers(): Promise<void>;
}

export const commandAccess: Provider = {
  provide: COMMAND_ACCESS,
  inject: [SESSION_CONFIG, SessionStore, UserLogins, Devices, NotBefore, SessionRuntime],
  useFactory: (
    config: SessionConfig,
    store: SessionStore,
    logins: UserLogins,
    devices: Devices,
    notBefore: NotBefore,
    { lifetime, observer, now }: SessionRuntime,
  ): CommandAccess => ({
    config,
    store,
    logins,
    devices,
    search: new SessionSearch(store, new RecordCodec(config.serializer), lifetime, config.keyPrefix, now),
    logoutAllUsers: async () => {
      await notBefore.raise();
      observer.revoked({ userId: null, publicId: null, sessions: null });
    },
  }),
};
