import type { SessionEventName, SessionObserver } from '../session/observer.js';

/** How often an event has happened. @publicApi */
export type SessionCounts = Readonly<Record<SessionEventName, number>>;

type EventOf<Name extends SessionEventName> = Parameters<Required<SessionObserver>[Name]>[0];

/** The observer by name and event, which is what a method for any of its events needs. */
type Listeners = { readonly [Name in SessionEventName]?: (event: EventOf<Name>) => unknown };

/** What the operator reads of an event; those that are everyday life have none. */
const remarks: Partial<Record<SessionEventName, string>> = {
  lateWrite: 'A change of a session that had ended meanwhile was dropped',
  overwritten:
    'Two requests changed the same value of a session, and the later one was kept; session.mutate() keeps both',
  brokenRecord: 'A stored session could not be read and was treated as absent',
  droppedChange: 'A change of a new session was dropped, since the response had gone out without its cookie',
};

/** Counts what happens to sessions, says what an operator should know, and tells the application's observer. */
export class SessionCounters {
  readonly #counts: Record<SessionEventName, number> = {
    lateWrite: 0,
    overwritten: 0,
    brokenRecord: 0,
    storeError: 0,
    created: 0,
    destroyed: 0,
    rotated: 0,
    droppedChange: 0,
    login: 0,
    logout: 0,
  };

  constructor(
    private readonly log: { warn(message: string): void; error(message: string): void },
    private readonly observer: SessionObserver | null,
  ) {}

  get counts(): SessionCounts {
    return { ...this.#counts };
  }

  /** The observer that the package itself speaks to; it never throws. */
  toObserver(): Required<SessionObserver> {
    const hear =
      <Name extends SessionEventName>(name: Name) =>
      (event: EventOf<Name>): void => {
        this.#hear(name, event);
      };
    return {
      lateWrite: hear('lateWrite'),
      overwritten: hear('overwritten'),
      brokenRecord: hear('brokenRecord'),
      storeError: hear('storeError'),
      created: hear('created'),
      destroyed: hear('destroyed'),
      rotated: hear('rotated'),
      droppedChange: hear('droppedChange'),
      login: hear('login'),
      logout: hear('logout'),
    };
  }

  #hear<Name extends SessionEventName>(name: Name, event: EventOf<Name>): void {
    this.#counts[name]++;
    const remark = remarks[name];
    if (remark !== undefined) this.log.warn(`${remark} (${describe(event)}).`);
    const listeners: Listeners | null = this.observer;
    const failed = (error: unknown): void => {
      const reason = error instanceof Error ? error.message : String(error);
      this.log.error(`The session observer's ${name}() failed: ${reason}`);
    };
    try {
      const answer: unknown = listeners?.[name]?.call(this.observer, event);
      // It may be asynchronous, and is not waited for; but nobody else would hear of its failure.
      if (answer instanceof Promise) answer.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** What of an event goes into a log line: which session, and which keys or why. */
function describe(event: EventOf<SessionEventName>): string {
  if (!('publicId' in event)) return event.error.message;
  const details = 'paths' in event ? event.paths.join(', ') : 'reason' in event ? event.reason : '';
  return details === '' ? `session ${event.publicId}` : `session ${event.publicId}: ${details}`;
}
