import { AuthConfig } from '../../../../lib/auth/auth-config.js';
import { authOptions } from '../../../../lib/auth/auth.options.js';
import { Notices } from '../../../../lib/http/notices.js';
import { NotBefore } from '../../../../lib/auth/everyone/not-before.js';
import { RememberFamilies } from '../../../../lib/auth/remember/remember-families.js';
import type { RememberRow, RememberStore, StoredRememberRow } from '../../../../lib/auth/remember/remember-store.js';
import { StoredRemember } from '../../../../lib/auth/remember/stored-remember.js';
import { resolveOptions } from '../../../../lib/config/read.js';
import { KeyRing } from '../../../../lib/cookie/key-ring.js';
import { resolveCookie } from '../../../../lib/cookie/resolved-cookie.js';
import { sessionCookiePurpose, SignedCookie } from '../../../../lib/cookie/signed-cookie.js';
import { SessionRuntime } from '../../../../lib/http/session-runtime.js';
import type { AuthFacts } from '../../../../lib/session/auth-facts.js';
import { Lifetime } from '../../../../lib/session/lifetime.js';
import { observeAll, type SessionEventName } from '../../../../lib/session/observer.js';
import { RecordCodec } from '../../../../lib/session/record-codec.js';
import { StoredSessionRepository } from '../../../../lib/session/stored-session.repository.js';
import { MemoryStore } from '../../../../lib/stores/memory/index.js';
import { standaloneContext } from '../../../../lib/stores/store-context.js';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** A row that is right in every way. */
export function aRow(fields: Partial<RememberRow> = {}): RememberRow {
  return {
    userId: 7,
    validator: 'a'.repeat(43),
    previous: null,
    rotatedAt: 1_764_000_000_000,
    isShown: false,
    createdAt: 1_764_000_000_000,
    expiresAt: 1_765_000_000_000,
    duration: day,
    ...fields,
  };
}

/** The families without HTTP, over a memory store that goes by the test's clock. */
export class FamilySetup {
  time = 1_764_000_000_000;
  readonly events: SessionEventName[] = [];
  readonly memory: MemoryStore;
  readonly rows: RememberStore;
  readonly families: RememberFamilies;
  readonly runtime: SessionRuntime;
  readonly notBefore: NotBefore;

  constructor(code: Record<string, unknown> = {}, wrap: (rows: RememberStore) => RememberStore = (rows) => rows) {
    const now = (): number => this.time;
    const { options, problems } = resolveOptions(authOptions, {
      code,
      source: { get: () => undefined },
      environment: 'test',
    });
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    this.memory = new MemoryStore({}, { ...standaloneContext, now });
    const lifetime = new Lifetime(day, null, minute, null);
    const observer = observeAll((name) => void this.events.push(name));
    const repository = new StoredSessionRepository(
      this.memory,
      new RecordCodec('msgpack'),
      lifetime,
      {
        idLength: 32,
        permanent: false,
        maxSize: 1_048_576,
        maxNodes: null,
        maxRetries: 64,
        onGone: 'drop',
        storeTimeout: 2_000,
        rotateGrace: 30 * second,
        keyPrefix: 'session:',
      },
      observer,
      now,
    );
    const session = { name: null, domain: null, path: '/', secure: false, httpOnly: true } as const;
    const cookie = resolveCookie({ ...session, sameSite: 'lax', partitioned: false, former: [] }, 'test');
    this.runtime = new SessionRuntime(
      repository,
      new SignedCookie(cookie, new KeyRing('x'.repeat(32)), sessionCookiePurpose, now),
      lifetime,
      {
        commit: 'interceptor',
        commitOnError: true,
        eager: false,
        onStoreError: 'fail',
        storeTimeout: 2_000,
        publicUrl: null,
        requestContext: false,
        guardedCache: 'no-store',
      },
      observer,
      () => undefined,
      now,
      new Notices({ warn: () => undefined }),
    );
    const config = new AuthConfig(options, {
      keyPrefix: 'session:',
      idLength: 32,
      absoluteTimeout: null,
      onStoreError: 'fail',
      rememberRefusal: null,
      timeouts: null,
    });
    this.notBefore = new NotBefore(this.memory, this.runtime, config);
    this.rows = wrap(new StoredRemember(this.memory, 'session:', now));
    this.families = new RememberFamilies(this.rows, config, this.runtime, this.notBefore);
  }

  facts(fields: Partial<AuthFacts> = {}): AuthFacts {
    return { userId: 7, at: this.time, ...fields };
  }

  /** A row that must be there. */
  async rowOf(family: string): Promise<StoredRememberRow> {
    const found = await this.rows.read(family);
    if (found === null) throw new Error('This test expects that there is a row.');
    return found;
  }
}
