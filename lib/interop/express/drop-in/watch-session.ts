import type { DoneCallback } from './callbacks.js';
import type { SessionBehaviour } from './session-behaviour.js';

/** Who hears of what an application does to its session by itself. */
export interface SessionWatcher {
  /** @param set saves the session, and calls back. */
  save(session: SessionBehaviour, set: (done?: DoneCallback) => void, callback: DoneCallback | undefined): void;
  /** It was destroyed, or regenerated. */
  ended(): void;
  /** It was read again, and is another object perhaps. */
  reloaded(former: SessionBehaviour): void;
}

/** Puts methods of its own on a session: a store may have made it, of a class that only the store knows. */
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
    // What can be enumerated is data.
    Object.defineProperty(session, name, { value, configurable: true, enumerable: false, writable: true });
  }
}
