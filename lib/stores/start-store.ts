import { loadStore } from './load-store.js';
import type { StoreTrees, StoreType } from './index.js';
import type { ResolvedOptions } from '../config/option.js';
import type { SessionStore } from './session-store.js';
import type { StoreLog } from './store-context.js';
import { withTimeLimit } from './time-limit.js';

/** Which store to use, and its options. */
export type StoreSettings = ResolvedOptions<StoreTrees> & {
  readonly type: StoreType | null;
  /** A store that the application made; takes precedence over `type`. */
  readonly store: SessionStore | null;
  readonly keyPrefix: string;
  /** ms */
  readonly storeTimeout: number;
  readonly clock: () => number;
};

/**
 * Starts the application's store, with its time limit. It is called once at boot, so that an operator learns if it is away; the
 * application starts anyway.
 */
export async function startStore(settings: StoreSettings, log: StoreLog): Promise<SessionStore> {
  const type = settings.type ?? 'memory';
  const heard = new HeardLog(log);
  const chosen = settings.store ?? (await loadStore(type, settings[type], { log: heard, now: settings.clock }));
  const store = withTimeLimit(chosen, settings.storeTimeout);
  try {
    await store.read(`${settings.keyPrefix}probe`);
  } catch (error) {
    const name = settings.store === null ? type : settings.store.constructor.name;
    // A store that has already logged the error needs no second line.
    if (!heard.hasError) {
      log.error(
        `The session store (${name}) does not answer. The application starts, and requests that need a session fail until ` +
          `it does. ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  return store;
}

/** Passes on a store's messages, and remembers whether one was an error. */
class HeardLog implements StoreLog {
  hasError = false;

  constructor(private readonly log: StoreLog) {}

  warn(message: string): void {
    this.log.warn(message);
  }

  error(message: string): void {
    this.hasError = true;
    this.log.error(message);
  }
}
