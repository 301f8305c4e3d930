import { Lifetime } from '../../../lib/session/lifetime.js';
import {
  observeAll,
  type SessionEventName,
  type SessionEventOf,
  type SessionObserver,
} from '../../../lib/session/observer.js';
import { RecordCodec } from '../../../lib/session/record-codec.js';
import type { Serializer } from '../../../lib/session/serializer/serializer.js';
import { stateOf, type SessionObject } from '../../../lib/session/session.js';
import { StoredSessionRepository, type StoredSessionOptions } from '../../../lib/session/stored-session.repository.js';
import { MemoryStore } from '../../../lib/stores/memory/index.js';
import type { SessionStore } from '../../../lib/stores/session-store.js';
import { standaloneContext } from '../../../lib/stores/store-context.js';
import { WatchedStore } from './watched-store.js';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

interface Settings extends Partial<StoredSessionOptions> {
  readonly idleTimeout?: number | null;
  readonly absoluteTimeout?: number | null;
  readonly refreshInterval?: number | null;
  readonly rotateEvery?: number | null;
  readonly serializer?: 'msgpack' | 'json' | Serializer;
  /** Instead of a memory store that goes by the test's clock. */
  readonly store?: SessionStore;
}

/** A repository over a real store, with what a test wants to see of it. Each `request` is one request's session. */
export class Setup {
  /** The time, in ms; a test turns it on. Whole seconds, as cookies have it. */
  time = 1_764_000_000_000;
  readonly events: { readonly name: SessionEventName; readonly event: SessionEventOf<SessionEventName> }[] = [];
  readonly store: WatchedStore;
  readonly memory: MemoryStore;
  readonly codec: RecordCodec;
  readonly repository: StoredSessionRepository;
  /** Another process with the same sessions, whose requests do not wait for those of this one. */
  readonly elsewhere: StoredSessionRepository;

  constructor(settings: Settings = {}) {
    const now = (): number => this.time;
    this.memory = new MemoryStore({}, { ...standaloneContext, now });
    this.store = new WatchedStore(settings.store ?? this.memory);
    this.codec = new RecordCodec(settings.serializer ?? 'msgpack');
    const {
      idleTimeout = HOUR,
      absoluteTimeout = 24 * HOUR,
      refreshInterval = 3 * MINUTE,
      rotateEvery = null,
    } = settings;
    const openRepository = (): StoredSessionRepository =>
      new StoredSessionRepository(
        this.store,
        this.codec,
        new Lifetime(idleTimeout, absoluteTimeout, refreshInterval, rotateEvery),
        {
          idLength: 32,
          permanent: false,
          maxSize: 1_048_576,
          maxNodes: null,
          maxRetries: 64,
          onGone: 'drop',
          storeTimeout: 2_000,
          rotateGrace: 30 * SECOND,
          keyPrefix: 'session:',
          ...settings,
        },
        this.#observer(),
        now,
      );
    this.repository = openRepository();
    this.elsewhere = openRepository();
  }

  create(data: Record<string, unknown> = {}): SessionObject {
    return this.repository.create().update(data);
  }

  /** Stores a session, and gives its id. */
  async begin(data: Record<string, unknown>, userId?: string): Promise<string> {
    const session = this.create(data);
    if (userId === undefined) await session.commit();
    else await this.repository.login(session, { userId, at: this.time });
    this.store.forget();
    this.events.length = 0;
    return idOf(session);
  }

  /** The session of a request that comes with the cookie of `id`; null: there is none. */
  find(id: string, issuedAt = this.time): Promise<SessionObject | null> {
    return this.repository.load({ id, issuedAt });
  }

  async request(id: string, issuedAt = this.time): Promise<SessionObject> {
    return present(await this.find(id, issuedAt));
  }

  /** The same, where the request comes to another process. */
  async requestElsewhere(id: string, issuedAt = this.time): Promise<SessionObject> {
    return present(await this.elsewhere.load({ id, issuedAt }));
  }

  /** The data that a request with the cookie of `id` gets; null: there is no session. */
  async dataOf(id: string): Promise<Record<string, unknown> | null> {
    const session = await this.find(id);
    return session?.toJSON() ?? null;
  }

  /** Without the notes of where logins have moved, which a logout alone can read. */
  async keys(): Promise<string[]> {
    return (await collect(this.memory.keys())).filter((key) => !key.startsWith('session:moved:'));
  }

  /** The events of a name, in order. */
  heard(name: SessionEventName): SessionEventOf<SessionEventName>[] {
    return this.events.filter((event) => event.name === name).map(({ event }) => event);
  }

  #observer(): Required<SessionObserver> {
    return observeAll((name, event) => void this.events.push({ name, event }));
  }
}

function present(session: SessionObject | null): SessionObject {
  if (session === null) throw new Error('This test expects that there is a session.');
  return session;
}

/** The secret id of a session that is stored. */
export function idOf(session: SessionObject): string {
  const { stored } = stateOf(session);
  if (stored === null) throw new Error('This test expects that the session is stored.');
  return stored.id;
}

export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

/** What `work` rejects or throws with; fails where it does neither. */
export async function errorOf(work: () => unknown): Promise<Error> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error(`Something was thrown that is no error: ${String(error)}`);
  }
  throw new Error('An error was expected, and there was none.');
}

/** Runs `count` of them at once. */
export function times<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}
