import type { DoneCallback } from './callbacks.js';
import type { SessionBehaviour } from './session-behaviour.js';

/** Called when the application itself acts on its session. */
export interface SessionWatcher {
  /** @param set saves the session, and calls back. */
  save(session: SessionBehaviour, set: (done?: DoneCallback) => void, callback: DoneCallback | undefined): void;
  /** It was destroyed or regenerated. */
  ended(): void;
  /** It was read again, possibly as another object. */
  reloaded(former: SessionBehaviour): void;
}

/** Replaces methods on a session object, which may have been created by a store, of a class that only the store knows. */
export function watchSession(session: SessionBehaviour, watcher: SessionWatcher): void {
  const save = session.save.bind(session);
  const reload = session.reload.bind(session);
  const destroy = session.destroy.bind(session);
  const regenerate = session.regenerate.bind(session);
  const watched = {
    save(callback?: DoneCallback): SessionBehaviour {
      watcher.save(session, save, callback);
      return session;
    },
    reload: (callback: DoneCallback): SessionBehaviour =>
      reload((error) => {
        watcher.reloaded(session);
        callback(error);
      }),
    destroy(callback?: DoneCallback): SessionBehaviour {
      watcher.ended();
      return destroy(callback);
    },
    regenerate(callback: DoneCallback): SessionBehaviour {
      watcher.ended();
      return regenerate(callback);
    },
  };
  for (const [name, value] of Object.entries(watched)) {
    // Enumerable properties are data.
    Object.defineProperty(session, name, { value, configurable: true, enumerable: false, writable: true });
  }
}
