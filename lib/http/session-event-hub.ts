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

/** The observer by name and event, which a method for any event needs. */
type Listeners = { readonly [Name in SessionEventName]?: (event: SessionEventOf<Name>) => unknown };

/** The log message of an event; everyday events have none. */
const remarks: Partial<Record<SessionEventName, string>> = {
  lateWrite: 'A change of a session that had ended in the meantime was dropped',
  overwritten:
    'Two requests changed the same value of a session, and the later one was kept; session.mutate() keeps both',
  brokenRecord: 'A stored session could not be read and was treated as absent',
  migrationRefused: 'A session of another framework could not be migrated and was treated as absent',
  rememberStolen:
    'A used remember-me token was sent again, so somebody has a copy of it; its family and their sessions were ended',
  droppedChange:
    'A change of a session was dropped, because the response had been sent without its cookie, or because the request may only read it',
};

/** How much of an event's details is logged, in characters: they may come from the client. */
const longestDetails = 300;

/** Every event passes here: it is counted, logged if operators should know, and passed to all listeners. */
export class SessionEventHub {
  readonly #counts = Object.fromEntries(sessionEventNames().map((name) => [name, 0])) as Record<
    SessionEventName,
    number
  >;
  readonly #observers: SessionObserver[];

  constructor(
    private readonly log: { warn(message: string): void; error(message: string): void },
    observer: SessionObserver | null,
  ) {
    this.#observers = observer === null ? [] : [observer];
  }

  /** Adds a listener for everything from now on. */
  add(observer: SessionObserver): void {
    this.#observers.push(observer);
  }

  get counts(): SessionCounts {
    return { ...this.#counts };
  }

  /** The observer that the package itself calls; it never throws. */
  toObserver(): Required<SessionObserver> {
    return observeAll((name, event) => {
      this.#counts[name]++;
      const remark = remarks[name];
      if (remark !== undefined) this.log.warn(`${remark} (${describe(event)}).`);
      // All listeners get the same object: none can change it for the others.
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
      // It may be asynchronous, and is not awaited; but nothing else would handle its rejection.
      if (isThenable(answer)) Promise.resolve(answer).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** The logged details of an event: which session, and which keys or why. */
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

/** A listener's class name; a plain object has none. */
function nameOf(observer: SessionObserver): string {
  const type: unknown = Reflect.get(observer, 'constructor');
  return typeof type === 'function' && type !== Object ? type.name : '`observer`';
}
