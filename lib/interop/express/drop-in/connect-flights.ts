import { mergeObjects } from '../../../session/merge.js';
import { sameValue } from '../../../session/same-value.js';
import { dataText, parseSafely } from './data-text.js';
import { answer, promiseOf, type DoneCallback } from './callbacks.js';
import type { SessionBehaviour } from './session-behaviour.js';

type Values = Record<string, unknown>;

/** The requests of this process that use one session. */
interface Room {
  readonly flights: Set<Flight>;
  /** Sets of a session are queued: an older one must not overtake the newest. */
  lastSet: Promise<void>;
  /** How many are running or queued. */
  setting: number;
  /** What the last of them stores. */
  newest: string | null;
}

/**
 * Lets concurrent requests of one process on a session know of each other. An express-session store has no compare-and-set;
 * this provides as much as possible without more store calls than express-session makes.
 */
export class Flights {
  readonly #rooms = new Map<string, Room>();
  readonly #bySession = new WeakMap<object, Flight>();

  /** Call it when a request begins to use a session, before it is read. */
  board(sid: string): Flight {
    let room = this.#rooms.get(sid);
    if (room === undefined) {
      room = { flights: new Set(), lastSet: Promise.resolve(), setting: 0, newest: null };
      this.#rooms.set(sid, room);
    }
    return new Flight(room, this.#bySession, () => this.#rooms.delete(sid));
  }

  isGone(session: object): boolean {
    return this.#bySession.get(session)?.isGone === true;
  }
}

/** One request's use of a session. */
export class Flight {
  /** Another request has ended the session. */
  isGone = false;
  /** The session's content when it was read, or last synchronised. */
  #base = '';
  /** What another request has stored since; null: nothing. */
  #news: string | null;

  constructor(
    private readonly room: Room,
    private readonly bySession: WeakMap<object, Flight>,
    private readonly empty: () => void,
  ) {
    room.flights.add(this);
    // The read may come before the pending set.
    this.#news = room.setting > 0 ? room.newest : null;
  }

  loaded(session: SessionBehaviour): void {
    this.#base = dataText(session);
    this.bySession.set(session, this);
  }

  reloaded(session: SessionBehaviour): void {
    this.#news = null;
    this.loaded(session);
  }

  /** Merges what other requests have stored into the session, then stores it with `set`. */
  save(session: SessionBehaviour, set: (done: DoneCallback) => void, callback: DoneCallback | undefined): void {
    const { room } = this;
    const begin = async (): Promise<void> => {
      const done = promiseOf((stored) => {
        this.#takeNews(session);
        this.#base = room.newest = dataText(session);
        for (const other of room.flights) if (other !== this) other.#news = room.newest;
        set(stored);
      });
      answer(done, callback);
      // A failure concerns its own caller; the next one proceeds.
      await Promise.allSettled([done]);
      room.setting--;
    };
    room.lastSet = room.setting++ === 0 ? begin() : room.lastSet.then(begin);
  }

  /** This request has ended the session: later saves of other requests are dropped. */
  end(): void {
    for (const other of this.room.flights) if (other !== this) other.isGone = true;
  }

  leave(): void {
    this.room.flights.delete(this);
    if (this.room.flights.size === 0) this.empty();
  }

  #takeNews(session: SessionBehaviour): void {
    if (this.#news === null) return;
    const mine = parseSafely(dataText(session)) as Values;
    const theirs = parseSafely(this.#news) as Values;
    const merged = mergeObjects(parseSafely(this.#base) as Values, mine, theirs, () => undefined);
    for (const key of new Set([...Object.keys(mine), ...Object.keys(merged)])) {
      if (!Object.hasOwn(merged, key)) Reflect.deleteProperty(session, key);
      else if (!sameValue(merged[key], mine[key])) Reflect.set(session, key, merged[key]);
    }
    this.#news = null;
  }
}
