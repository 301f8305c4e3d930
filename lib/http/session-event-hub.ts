import { oneLine, quote } from '../config/quote.js';
import {
  observeAll,
  sessionEventNames,
  type SessionEventName,
  type SessionEventOf,
  type SessionObserver,
} from '../session/observer.js';
import { isThenable } from '../session/thenable.js';

/** How often an event has happened. @publicApi */
export type SessionCounts = Readonly<Record<SessionEventName, number>>;

/** The observer by name and event, which is what a method for any of its events needs. */
type Listeners = { readonly [Name in SessionEventName]?: (event: SessionEventOf<Name>) => unknown };

/** What the operator reads of an event; those that are everyday life have none. */
const remarks: Partial<Record<SessionEventName, string>> = {
  lateWrite: 'A change of a session that had ended meanwhile was dropped',
  overwritten:
    'Two requests changed the same value of a session, and the later one was kept; session.mutate() keeps both',
  brokenRecord: 'A stored session could not be read and was treated as absent',
  migrationRefused: 'A session of another framework could not be taken over and was treated as absent',
  rememberStolen:
    'A remember-me token was shown that had been used up, so somebody has a copy of it; its family and the sessions of it were ended',
  droppedChange:
    'A change of a session was dropped, since the response had gone out without its cookie, or the request may only look at it',
};

/** What of an event goes into a log line, in characters: a request may have chosen it. */
const longestDetails = 300;

/** Through which every event goes: it counts them, logs what an operator should know, and tells all listeners. */
export class SessionEventHub {
  readonly #counts = Object.fromEntries(sessionEventNames.map((name) => [name, 0])) as Record<SessionEventName, number>;
  readonly #observers: SessionObserver[];

  constructor(
    private readonly log: { warn(message: string): void; error(message: string): void },
    observer: SessionObserver | null,
  ) {
    this.#observers = observer === null ? [] : [observer];
  }

  /** One more who hears of everything from now on. */
  add(observer: SessionObserver): void {
    this.#observers.push(observer);
  }

  get counts(): SessionCounts {
    return { ...this.#counts };
  }

  /** The observer that the package itself speaks to; it never throws. */
  toObserver(): Required<SessionObserver> {
    return observeAll((name, event) => {
      this.#counts[name]++;
      const remark = remarks[name];
      if (remark !== undefined) this.log.warn(`${remark} (${describe(event)}).`);
      // All hear the same: none can change it for those after it.
      Object.freeze(event);
      for (const observer of this.#observers) this.#tell(observer, name, event);
    });
  }

  #tell<Name extends SessionEventName>(observer: SessionObserver, name: Name, event: SessionEventOf<Name>): void {
    const listeners: Listeners = observer;
    const failed = (error: unknown): void => {
      const reason = error instanceof Error ? oneLine(error.message, longestDetails) : quote(error);
      this.log.error(`The session listener ${nameOf(observer)} failed at ${name}(): ${reason}`);
    };
    try {
      const listener: unknown = listeners[name];
      // A provider may have a field of that name, with another meaning.
      if (typeof listener !== 'function') return;
      const answer: unknown = Reflect.apply(listener, observer, [event]);
      // It may be asynchronous, and is not waited for; but nobody else would hear of its failure.
      if (isThenable(answer)) Promise.resolve(answer).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** What of an event goes into a log line: which session, and which keys or why. */
function describe(event: SessionEventOf<SessionEventName>): string {
  if ('sessions' in event) return `${String(event.sessions)} sessions`;
  const details = 'paths' in event ? event.paths.join(', ') : 'reason' in event ? event.reason : '';
  const where =
    'framework' in event
      ? `one of ${event.framework}`
      : 'publicId' in event && event.publicId !== null
        ? `session ${event.publicId}`
        : 'no session';
  return details === '' ? where : `${where}: ${oneLine(details, longestDetails)}`;
}

/** A listener by its class; what is given as an object has none of its own. */
function nameOf(observer: SessionObserver): string {
  const type: unknown = Reflect.get(observer, 'constructor');
  return typeof type === 'function' && type !== Object ? type.name : '`observer`';
}
