import { KeyRing } from '../../../lib/cookie/key-ring.js';
import { SealedCookie, sealedSessionPurpose } from '../../../lib/cookie/sealed-cookie.js';
import { SealedSessionCookie } from '../../../lib/http/sealed-session-cookie.js';
import { Lifetime } from '../../../lib/session/lifetime.js';
import { observeAll, type SessionEventName, type SessionEventOf } from '../../../lib/session/observer.js';
import { RecordCodec } from '../../../lib/session/record-codec.js';
import { NoStore } from '../../../lib/session/sealed-no-store.js';
import { SealedRevocations } from '../../../lib/session/sealed-revocations.js';
import { SealedSessionRepository, type SealedSessionOptions } from '../../../lib/session/sealed-session.repository.js';
import { stateOf, type SessionObject } from '../../../lib/session/session.js';
import { MemoryStore } from '../../../lib/stores/memory/index.js';
import { standaloneContext } from '../../../lib/stores/store-context.js';
import { HOUR, MINUTE } from './setup.js';
import { WatchedStore } from './watched-store.js';

interface Settings extends Partial<SealedSessionOptions> {
  readonly revocations?: boolean;
  readonly idleTimeout?: number | null;
  readonly absoluteTimeout?: number | null;
  readonly refreshInterval?: number | null;
  readonly serializer?: 'msgpack' | 'json';
}

const secret = 'a secret for the tests of sealed sessions';

/** A repository of sealed sessions and the cookie that they travel by: `request` is one request's session. */
export class SealedSetup {
  /** The time, in ms; a test turns it on. */
  time = 1_764_000_000_000;
  readonly events: { readonly name: SessionEventName; readonly event: SessionEventOf<SessionEventName> }[] = [];
  readonly store: WatchedStore;
  readonly sealedCookie: SealedCookie;
  readonly cookie: SealedSessionCookie;
  readonly repository: SealedSessionRepository;

  constructor(settings: Settings = {}) {
    const now = (): number => this.time;
    const { idleTimeout = HOUR, absoluteTimeout = 24 * HOUR, refreshInterval = 3 * MINUTE } = settings;
    const attributes = {
      path: '/',
      domain: null,
      httpOnly: true,
      sameSite: 'lax',
      partitioned: false,
      former: [],
    } as const;
    const cookie = { name: 'session', secure: false, ...attributes };
    this.sealedCookie = new SealedCookie(cookie, new KeyRing(secret), sealedSessionPurpose, 12_288, now);
    this.cookie = new SealedSessionCookie(this.sealedCookie);
    this.store = new WatchedStore(
      settings.revocations ? new MemoryStore({}, { ...standaloneContext, now }) : new NoStore(),
    );
    this.repository = new SealedSessionRepository(
      this.store,
      new RecordCodec(settings.serializer ?? 'msgpack'),
      new Lifetime(idleTimeout, absoluteTimeout, refreshInterval, null),
      {
        keyPrefix: 'session:',
        permanent: false,
        maxSize: 1_048_576,
        maxNodes: null,
        onGone: 'drop',
        capacity: this.sealedCookie.capacity,
        compressAbove: null,
        rotateGrace: 30_000,
        ...settings,
      },
      observeAll((name, event) => void this.events.push({ name, event })),
      settings.revocations ? new SealedRevocations(this.store, 'session:') : null,
      now,
    );
  }

  /** The cookie of a session that holds `data`. */
  async begin(data: Record<string, unknown>, userId?: string): Promise<string> {
    const session = this.repository.create().update(data);
    if (userId === undefined) await session.commit();
    else await this.repository.login(session, { userId, at: this.time });
    this.events.length = 0;
    this.store.forget();
    return this.send(session);
  }

  /** The session of a request that comes with this Cookie header; null: there is none. */
  async find(header: string): Promise<SessionObject | null> {
    const [token] = this.cookie.readAll(header).tokens;
    return token === undefined ? null : this.repository.load(token);
  }

  async request(header: string): Promise<SessionObject> {
    const session = await this.find(header);
    if (session === null) throw new Error('This test expects that there is a session.');
    return session;
  }

  /** What the browser sends once it has got the session's cookie. */
  send(session: SessionObject): string {
    const { stored, issuedAt } = stateOf(session);
    if (stored === null) throw new Error('This test expects that the session has a cookie.');
    const lines = this.cookie.linesFor(stored, issuedAt ?? this.time, null, false);
    const kept = lines.filter((line) => !line.includes('Max-Age=0'));
    return kept.map((line) => String(line.split(';')[0])).join('; ');
  }

  /** A request that changes the session, and the cookie that it is answered with. */
  async change(header: string, work: (session: SessionObject) => unknown): Promise<string> {
    const session = await this.request(header);
    await work(session);
    await session.commit();
    return this.send(session);
  }

  async dataOf(header: string): Promise<Record<string, unknown> | null> {
    const session = await this.find(header);
    return session?.toJSON() ?? null;
  }

  /** The events of a name, in order. */
  heard(name: SessionEventName): SessionEventOf<SessionEventName>[] {
    return this.events.filter((event) => event.name === name).map(({ event }) => event);
  }

  get names(): SessionEventName[] {
    return this.events.map(({ name }) => name);
  }
}
