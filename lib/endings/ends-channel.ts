import { randomBytes } from 'node:crypto';
import type { EndedLogins, EndedLoginsBoard } from '../session/ended-logins.js';
import type { AnnouncementListener, Announcements, Listening } from '../stores/session-store.js';

/** What another process says has ended. It is a hint, to be looked up. */
export interface EndsListener {
  lineage(lineage: string): void;
  user(id: string | number): void;
  everybody(): void;
  /** Announcements may have been missed, or one was too long to say whom it concerns. */
  anybody(): void;
}

/** The most bytes of a message: PostgreSQL takes 8,000. */
const MOST_BYTES = 4_000;

/**
 * Tells the other processes that share the store which logins have ended here, and hears of theirs.
 *
 * It listens only while this process depends on a login. Whether messages arrive is found out by one of its own, at every
 * connection and then from time to time: an ACL may lack the channel, a connection pooler may swallow it, and a connection may
 * be dead without either end knowing, which is then opened again.
 */
export class EndsChannel {
  readonly #channel: string;
  /** The probes of this process begin with it. */
  readonly #own = randomBytes(16).toString('base64url');
  #probes = 0;
  #listener: EndsListener | null = null;
  /** Closes the connection; null: there is none. */
  #close: (() => void) | null = null;
  #isConnected = false;
  /** The latest probe has come back. */
  #hasHeard = false;
  /** Messages arrive, as far as is known. */
  #isHearing = false;
  #isMute = false;

  /** @param warn logs a warning once */
  constructor(
    private readonly announcements: Announcements,
    keyPrefix: string,
    board: EndedLoginsBoard,
    private readonly warn: (message: string) => void,
  ) {
    this.#channel = `${keyPrefix}ended-logins`;
    board.listen((ended, where) => {
      if (where === 'here') void this.#announce(messageOf(ended));
    });
    // Only a hint, without the new id: others look the login up, as long as its former id leads there.
    board.onMove(({ lineage }) => void this.#announce(within({ lineage })));
    board.onRecheck((userId) => void this.#announce(within({ user: userId })));
  }

  /** Opens the connection. @returns a function that closes it */
  listen(listener: EndsListener): () => void {
    this.#listener = listener;
    this.#close = this.#connect();
    return () => {
      this.#listener = null;
      this.#disconnect();
    };
  }

  #connect(): () => void {
    let isOpen = true;
    const listening = this.#open({
      heard: (message) => {
        if (isOpen) this.#heard(message);
      },
      connected: () => {
        if (!isOpen) return;
        this.#isConnected = true;
        this.#probe();
      },
      lost: () => {
        if (isOpen) this.#isConnected = this.#isHearing = false;
      },
    });
    return () => {
      isOpen = false;
      void listening?.stop();
    };
  }

  #disconnect(): void {
    this.#close?.();
    this.#close = null;
    this.#isConnected = this.#isHearing = this.#hasHeard = false;
  }

  /** A request must not fail because of it. */
  #open(listener: AnnouncementListener): Listening | null {
    try {
      return this.announcements.listen(this.#channel, listener);
    } catch (error) {
      this.#warnOnce(reasonOf(error));
      return null;
    }
  }

  /** Whether messages arrive, as far as is known. */
  get hears(): boolean {
    return this.#isHearing && this.#hasHeard;
  }

  /** Whether messages have arrived since the last call; sends the next probe. Call it at an interval. */
  isHeard(): boolean {
    const hasWorked = this.#isHearing;
    if (!this.#hasHeard) this.#isHearing = false;
    const isHeard = this.#isHearing;
    if (!isHeard) {
      this.#warnOnce(this.#isConnected ? 'messages do not arrive' : 'there is no connection to listen on');
    }
    // One that has never carried a message would not carry the next one either: an ACL or a pooler keeps them.
    if (hasWorked && !isHeard && this.#isConnected) this.#reconnect();
    else if (this.#isConnected) this.#probe();
    return isHeard;
  }

  /** The connection may be dead without its ends knowing. */
  #reconnect(): void {
    this.#disconnect();
    this.#close = this.#connect();
  }

  #probe(): void {
    this.#hasHeard = false;
    this.#probes += 1;
    void this.#announce(JSON.stringify({ probe: this.#ownProbe }));
  }

  get #ownProbe(): string {
    return `${this.#own}-${String(this.#probes)}`;
  }

  #heard(text: string): void {
    const message = parsed(text);
    if (message === null || this.#listener === null) return;
    if (typeof message['probe'] === 'string') {
      if (message['probe'] === this.#ownProbe) this.#probeHeard(this.#listener);
      return;
    }
    const { lineage, user, everybody } = message;
    if (typeof lineage === 'string') this.#listener.lineage(lineage);
    else if (typeof user === 'string' || typeof user === 'number') this.#listener.user(user);
    else if (everybody === true) this.#listener.everybody();
    else this.#listener.anybody();
  }

  #probeHeard(listener: EndsListener): void {
    this.#hasHeard = true;
    if (this.#isHearing) return;
    this.#isHearing = true;
    // What ended before the connection was there.
    listener.anybody();
  }

  /** Never rejects: a logout must not fail because of it. */
  async #announce(message: string): Promise<void> {
    try {
      await this.announcements.announce(this.#channel, message);
    } catch (error) {
      this.#warnOnce(reasonOf(error));
    }
  }

  #warnOnce(reason: string): void {
    if (this.#isMute) return;
    this.#isMute = true;
    this.warn(
      `Processes cannot tell each other which logins have ended: ${reason}. Streams and signals that depend on a login end up to 15 ` +
        `seconds after it, if it ends in another process. Allow the store's user to publish and subscribe to the channel ${this.#channel}.`,
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'the store gave no reason';
}

function messageOf(ended: EndedLogins): string {
  if ('lineage' in ended) return within({ lineage: ended.lineage });
  return 'userId' in ended ? within({ user: ended.userId }) : within({ everybody: true });
}

function within(message: object): string {
  const text = JSON.stringify(message);
  return Buffer.byteLength(text) <= MOST_BYTES ? text : '{}';
}

/** Anyone who shares the server may have sent it. */
function parsed(text: string): Readonly<Record<string, unknown>> | null {
  if (text.length > MOST_BYTES) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
