import { randomInt } from 'node:crypto';
import { timerDelay } from '../../config/timer.js';
import type { AnnouncementListener, Announcements, Listening } from '../session-store.js';
import { isCluster, type RedisClient } from './redis.client.js';

/** What is needed of a client besides the store's commands. ioredis has it. */
interface PublishingClient {
  publish(channel: string, message: string): Promise<unknown>;
}

/** A client of one server, or of one behind Sentinels. */
interface DuplicableClient {
  duplicate(override: object): ListeningClient;
}

/** A Cluster, by its nodes as far as they are known. */
interface ClusterClient {
  nodes(): readonly DuplicableClient[];
}

interface ListeningClient {
  connect(): Promise<void>;
  disconnect(): void;
  subscribe(channel: string): Promise<unknown>;
  on(event: string, listener: (...parts: never[]) => void): unknown;
}

/** Opens a connection; null: none is possible yet. */
type Opening = () => ListeningClient | null;

/** Long enough for a server that restarts, and no burden. In ms. */
const retryAfter = 1_000;

/** Redis publish and subscribe: each listener has a connection of its own, made like that of the store's client. */
export class RedisAnnouncements implements Announcements {
  private constructor(
    private readonly client: PublishingClient,
    private readonly open: Opening,
    private readonly toError: (error: unknown) => Error,
  ) {}

  /** Null for a client that cannot do it. @param toError removes secrets from an error */
  static of(client: RedisClient, toError: (error: unknown) => Error): RedisAnnouncements | null {
    const publishing: object = client;
    const open = openingOf(publishing);
    return open !== null && isPublishing(publishing) ? new RedisAnnouncements(publishing, open, toError) : null;
  }

  async announce(channel: string, message: string): Promise<void> {
    await this.client.publish(channel, message).catch((error: unknown) => {
      throw this.toError(error);
    });
  }

  listen(channel: string, listener: AnnouncementListener): Listening {
    return new RedisListening(this.open, channel, listener);
  }
}

class RedisListening implements Listening {
  #client: ListeningClient | null = null;
  #retry: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(
    private readonly open: Opening,
    private readonly channel: string,
    private readonly listener: AnnouncementListener,
  ) {
    this.#connect();
  }

  stop(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#retry);
    this.#client?.disconnect();
    return Promise.resolve();
  }

  #connect(): void {
    const client = (this.#client = this.open());
    if (client === null) {
      this.#later(() => {
        this.#connect();
      });
      return;
    }
    // The store's own client reports outages.
    client.on('error', () => undefined);
    client.on('close', () => {
      this.listener.lost();
    });
    client.on('ready', () => void this.#subscribe(client));
    client.on('message', (from: string, message: string) => {
      if (from === this.channel) this.listener.heard(message);
    });
    // It does not connect again by itself.
    client.on('end', () => {
      this.#later(() => {
        this.#connect();
      });
    });
    void client.connect().catch(() => undefined);
  }

  async #subscribe(client: ListeningClient): Promise<void> {
    if (this.#isOver) return;
    try {
      await client.subscribe(this.channel);
      this.listener.connected();
    } catch {
      // Not allowed, perhaps not yet; or the connection was lost, and the next one tries again.
      this.#later(() => void this.#subscribe(client));
    }
  }

  #later(work: () => void): void {
    if (this.#isOver) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(work, timerDelay(retryAfter)).unref();
  }
}

function openingOf(client: object): Opening | null {
  const options = { lazyConnect: true, autoResubscribe: false };
  if (isDuplicable(client) && !isCluster(client)) return () => client.duplicate(options);
  if (!hasNodes(client)) return null;
  // Every node passes messages on to all. A Cluster's own subscriptions move to another node without saying so when theirs is lost.
  return () => {
    const nodes = client.nodes();
    if (nodes.length === 0) return null;
    return nodes[randomInt(nodes.length)]?.duplicate({ ...options, retryStrategy: null }) ?? null;
  };
}

function isPublishing(client: object): client is PublishingClient {
  return has(client, 'publish');
}

function isDuplicable(client: object): client is DuplicableClient {
  return has(client, 'duplicate');
}

function hasNodes(client: object): client is ClusterClient {
  return has(client, 'nodes');
}

function has(client: object, method: string): boolean {
  return typeof Reflect.get(client, method) === 'function';
}
