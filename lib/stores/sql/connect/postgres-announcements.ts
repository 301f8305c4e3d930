import { createHash } from 'node:crypto';
import { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { closeOrCut } from '../../close-or-cut.js';
import type { AnnouncementListener, Announcements, Listening } from '../../session-store.js';

/** What is needed of a client of pg. */
export interface ListeningClient {
  connect(): Promise<unknown>;
  end(): Promise<unknown>;
  query(text: string): Promise<unknown>;
  on(event: 'error' | 'end', listener: () => void): unknown;
  on(event: 'notification', listener: (notification: { readonly payload?: string | undefined }) => void): unknown;
}

/** How long to wait before connecting again, in ms. */
const retryAfter = 1_000;

/** PostgreSQL's `LISTEN` and `NOTIFY`: each listener has a connection of its own, apart from the pool. */
export class PostgresAnnouncements implements Announcements {
  /**
   * @param notify runs `pg_notify` with a channel and a message
   * @param newClient makes a client for a connection of its own
   */
  constructor(
    private readonly notify: (channel: string, message: string) => Promise<unknown>,
    private readonly newClient: () => ListeningClient,
  ) {}

  async announce(channel: string, message: string): Promise<void> {
    await this.notify(nameOf(channel), message);
  }

  listen(channel: string, listener: AnnouncementListener): Listening {
    return new PostgresListening(this.newClient, nameOf(channel), listener);
  }
}

class PostgresListening implements Listening {
  readonly #over = new AbortController();
  #client: ListeningClient | null = null;

  constructor(
    private readonly newClient: () => ListeningClient,
    private readonly channel: string,
    private readonly listener: AnnouncementListener,
  ) {
    void this.#keepListening();
  }

  async stop(): Promise<void> {
    this.#over.abort();
    const client = this.#client;
    // A server that is gone would not answer a goodbye.
    if (client !== null) await closeOrCut(client.end().then(ignore), () => cutConnection(client));
  }

  async #keepListening(): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      await this.#listenOnce();
      this.listener.lost();
      // The store's own connections report outages.
      await pause(retryAfter, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Until the connection is lost. */
  async #listenOnce(): Promise<void> {
    const client = (this.#client = this.newClient());
    const lost = new Promise<void>((resolve) => {
      client.on('error', resolve);
      client.on('end', resolve);
    });
    client.on('notification', ({ payload }) => {
      this.listener.heard(payload ?? '');
    });
    try {
      await client.connect();
      await client.query(`listen "${this.channel}"`);
    } catch {
      await client.end().catch(() => undefined);
      return;
    }
    if (this.#over.signal.aborted) await client.end().catch(() => undefined);
    else this.listener.connected();
    await lost;
    await client.end().catch(() => undefined);
  }
}

/** Cuts the connection of a client of pg, which has no method for that. */
export function cutConnection(client: object, reason?: Error): void {
  const connection: unknown = Reflect.get(client, 'connection');
  const stream: unknown =
    typeof connection === 'object' && connection !== null ? Reflect.get(connection, 'stream') : null;
  if (stream instanceof Duplex) stream.destroy(reason);
}

function ignore(): undefined {
  return undefined;
}

/** PostgreSQL cuts names after 63 bytes. */
function nameOf(channel: string): string {
  return `session-${createHash('sha256').update(channel).digest('hex').slice(0, 40)}`;
}
