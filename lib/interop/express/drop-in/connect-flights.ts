import { mergeObjects } from '../../../session/merge.js';
import { sameValue } from '../../../session/same-value.js';
import { dataText, parseSafely } from './data-text.js';
import { answer, promiseOf, type DoneCallback } from './callbacks.js';
import type { SessionBehaviour } from './session-behaviour.js';

type Values = Record<string, unknown>;

/** The requests of this process that are at work on one session. */
interface Room {
  readonly flights: Set<Flight>;
  /** Sets of one session take place one after the other: the newest must not be overtaken. */
  lastSet: Promise<void>;
  /** How many have begun, or wait. */
  setting: number;
  /** What the last of them stores. */
  newest: string | null;
}

/**
 * What requests of one process that are at work on one session at the same time know of each other. A store of express-session
 * has no compare-and-set; so much is kept without asking it more than express-session does.
 */
export class Flights {
  readonly #rooms = new Map<string, Room>();
  readonly #bySession = new WeakMap<object, Flight>();

  /** A request begins to work on a session, before it is read. */
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

/** One request's work on a session. */
export class Flight {
  /** Another request has ended the session. */
  isGone = false;
  /** What the session held when it was read, or last brought up to date. */
  #base = '';
  /** What another request has stored since; null: nothing. */
  #news: string | null;

  constructor(
    private readonly room: Room,
    private readonly bySession: WeakMap<object, Flight>,
    private readonly empty: () => void,
  ) {
    room.flights.add(this);
    // It may be read before what is being stored arrives.
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

  /** Brings what other requests have stored into the session, and lets `set` store it. */
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
      // Whether it has failed is for whoever asked for it; the next one has its turn.
      await Promise.allSettled([done]);
      room.setting--;
    };
    room.lastSet = room.setting++ === 0 ? begin() : room.lastSet.then(begin);
  }

  /** This request has ended the session: what others still wanted to save is not saved. */
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
