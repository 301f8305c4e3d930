import type { Version } from '../stores/session-store.js';
import type { AuthFacts } from './auth-facts.js';
import type { Retries } from './back-off.js';
import type { KnownLogin } from './known-login.js';
import type { Lifetime } from './lifetime.js';
import { lineageIn } from './lineage.js';
import type { MovedLogins } from './moved-logins.js';
import type { OwnedSessions } from './owned-sessions.js';
import type { RecordCodec } from './record-codec.js';
import type { SessionRecord } from './record.js';
import { publicId } from './session-id.js';
import type { StoredRecords } from './stored-records.js';

/** What becomes of a login: the same in another state; null: it stays as it is. */
export type LoginChange = (auth: AuthFacts) => AuthFacts | null;

/** Where a login is stored. */
interface Place {
  readonly key: string;
  readonly version: Version;
  readonly record: SessionRecord;
  readonly auth: AuthFacts;
}

/** How often a login may have got a new id since it was read. */
const mostHops = 16;

/**
 * Changes logins in the store, without a session of a request. A request that has read a login before, and saves its session later, merges with
 * the change, as with that of any other request.
 */
export class LoginChanges {
  constructor(
    private readonly records: StoredRecords,
    private readonly codec: RecordCodec,
    private readonly moved: Pick<MovedLogins, 'successorsOf'>,
    private readonly owned: Pick<OwnedSessions, 'isOffered' | 'recordOf'>,
    private readonly lifetime: Lifetime,
    private readonly retries: Retries,
    private readonly now: () => number,
  ) {}

  /** @returns the login as it then is; null: it has ended. @throws SessionContendedError, and the store's errors */
  async make(login: KnownLogin, change: LoginChange): Promise<AuthFacts | null> {
    for (let attempt = 0; ; attempt++) {
      const place = await this.#find(login);
      if (place === null) return null;
      const { key, version, record } = place;
      const auth = change(place.auth);
      if (auth === null) return place.auth;
      const ttl = this.lifetime.remaining(record, this.now());
      if (ttl <= 0) return null;
      const result = await this.records.store.write(key, this.codec.encode({ ...record, auth }), ttl, version);
      if ('written' in result) return auth;
      // Of a record that is gone, the login may have moved to another one.
      await this.retries.wait(attempt);
    }
  }

  async #find(login: KnownLogin): Promise<Place | null> {
    const ids = [login.stored.id];
    for (let at = 0; at < Math.min(ids.length, mostHops); at++) {
      const id = ids[at] ?? '';
      const found = await this.records.find(id);
      const auth = found === null ? null : this.#loginIn(found.record, publicId(found.id), login);
      if (found !== null && auth !== null) return { ...found, auth };
      if (found === null) ids.push(...(await this.moved.successorsOf(id)));
    }
    // It may have moved so long ago that nothing leads there any more.
    return this.owned.isOffered ? this.owned.recordOf(login.auth.userId, login.lineage) : null;
  }

  /** Null: it is another login, or none. */
  #loginIn(record: SessionRecord, id: string, { lineage }: KnownLogin): AuthFacts | null {
    const { auth } = record;
    const isSame = auth !== null && lineageIn(auth, id) === lineage;
    return isSame && !this.lifetime.isOver(record, this.now()) ? auth : null;
  }
}
