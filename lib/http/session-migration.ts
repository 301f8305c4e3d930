import { within } from '../config/within.js';
import type { ResolvedCookie } from '../cookie/resolved-cookie.js';
import { SetCookie } from '../cookie/set-cookie.js';
import { SessionStoreUnavailableError, SessionTooLargeError, SessionValueError } from '../errors.js';
import { takeOver, type Adopted, type OldSession } from '../session/adoption.js';
import type { ForeignReading, ForeignSession, SessionSource } from '../session/foreign-session.js';
import type { SessionObserver } from '../session/observer.js';
import type { SessionRepository } from '../session/session-repository.js';
import type { SessionObject } from '../session/session.js';
import { stateOf } from '../session/session.js';
import type { RequestClient } from './request-client.js';

/** What a migration needs from its application. */
export interface MigrationSurroundings {
  readonly repository: SessionRepository;
  readonly observer: Required<SessionObserver>;
  /** That of ours. */
  readonly cookie: ResolvedCookie;
  /** How long reading a foreign session may take, in ms. */
  readonly timeout: number;
  /** Logs an error that no client sees. */
  readonly report: (error: unknown) => void;
  readonly now: () => number;
}

/**
 * What every login has to pass, set by the auth room: a login of another framework is migrated only if this admits it.
 *
 * @param session has the login, and is not stored yet; the gate may add to it.
 * @param adopt stores it. @param isMade whether another request has done so by now.
 * @returns false: it is not admitted, which has been reported.
 */
export type AdoptionGate = (
  session: SessionObject,
  adopt: () => Promise<void>,
  isMade: () => Promise<boolean>,
) => Promise<boolean>;

/** How many foreign sessions are looked up per request: more cookies of the name are no accident. */
const mostLookups = 8;

/** A source's cookie in a request. */
interface Offer {
  readonly source: SessionSource;
  readonly cookie: string;
  readonly key: string;
}

/** The parts of a request that matter here. */
interface Visit {
  readonly client: RequestClient;
  readonly gate: AdoptionGate | null;
}

/** Migrates the live sessions of other frameworks. */
export class SessionMigration {
  constructor(
    private readonly sources: readonly SessionSource[],
    private readonly surroundings: MigrationSurroundings,
  ) {}

  /**
   * The session for a foreign cookie of the request; null, synchronously: it has none.
   *
   * @param gate for logins; null: there is none.
   */
  find(client: RequestClient, gate: AdoptionGate | null): Promise<SessionObject | null> | null {
    return this.isIn(client) ? this.#first({ client, gate }) : null;
  }

  /** Whether a request has a cookie of that name, valid or not. */
  isIn(client: RequestClient): boolean {
    return this.sources.some(({ cookieName }) => client.cookies(cookieName).length > 0);
  }

  #offersOf(source: SessionSource, client: RequestClient): Offer[] {
    const now = this.surroundings.now();
    const offers = client.cookies(source.cookieName).flatMap((cookie) => {
      const key = source.keyOf(cookie, now);
      return key === null ? [] : [{ source, cookie, key }];
    });
    // A cookie that anyone can forge is looked up once.
    return source.isSigned === true ? offers : offers.slice(0, 1);
  }

  async #first(visit: Visit): Promise<SessionObject | null> {
    const offers = this.sources.flatMap((source) => this.#offersOf(source, visit.client));
    for (const offer of offers.slice(0, mostLookups)) {
      const session = await this.#follow(offer, visit);
      if (session !== null) return session;
    }
    return null;
  }

  async #follow({ source, cookie, key }: Offer, visit: Visit): Promise<SessionObject | null> {
    const { repository } = this.surroundings;
    const old: OldSession = { framework: source.framework, key };
    const isSigned = source.isSigned === true;
    // Another request may migrate it in the meantime and remove the foreign record: reading that first saves a second lookup.
    const early = isSigned || source.old === 'keep' ? undefined : await this.#read(source, cookie);
    const adopted = await repository.adopted(old);
    if (adopted !== null) return adopted === 'ended' ? null : adopted;
    const reading = early === undefined ? await this.#read(source, cookie) : early;
    if (reading === null) {
      if (!isSigned) return null;
      // Another request may just have migrated it and removed the foreign record.
      const meanwhile = await repository.adopted(old);
      return meanwhile === 'ended' ? null : meanwhile;
    }
    if ('session' in reading) return this.#adopt(source, old, reading.session, visit);
    this.#refuse(source, visit.client, reading.refused);
    return null;
  }

  async #read(source: SessionSource, cookie: string): Promise<ForeignReading> {
    const { now, timeout } = this.surroundings;
    try {
      return await inTime(timeout, () => source.read(cookie, now()), source.framework);
    } catch (error) {
      if (error instanceof SessionStoreUnavailableError) throw error;
      throw new SessionStoreUnavailableError(
        `The sessions of ${source.framework} could not be read; the cause of this error says why.`,
        { cause: error },
      );
    }
  }

  async #adopt(
    source: SessionSource,
    old: OldSession,
    foreign: ForeignSession,
    visit: Visit,
  ): Promise<SessionObject | null> {
    const { repository, observer, now } = this.surroundings;
    const { client } = visit;
    const { framework } = source;
    const { address, userAgent } = client;
    const session = repository.create();
    try {
      takeOver(session, foreign, { address, userAgent }, now());
      const adopted = await this.#enter(session, old, foreign, visit);
      if (adopted === null) return null;
      const { userId } = stateOf(adopted.session).auth ?? { userId: null };
      if (adopted.isFirst) observer.migrated({ publicId: adopted.session.id, framework, userId, address });
      if (source.old === 'remove') await this.#remove(source, foreign, client);
      return adopted.session;
    } catch (error) {
      if (!(error instanceof SessionValueError || error instanceof SessionTooLargeError)) throw error;
      this.#refuse(source, client, error.message);
      return null;
    }
  }

  /** Null: the gate does not admit it, or it has ended since. */
  async #enter(
    session: SessionObject,
    old: OldSession,
    { expiresAt }: ForeignSession,
    { gate }: Visit,
  ): Promise<Adopted | null> {
    const { repository } = this.surroundings;
    if (gate === null || stateOf(session).auth === null) return repository.adopt(session, old, expiresAt);
    let adopted: Adopted | null = null;
    const adopt = async (): Promise<void> => {
      adopted = await repository.adopt(session, old, expiresAt);
    };
    const isMade = async (): Promise<boolean> => {
      const made = await repository.adopted(old);
      if (made !== null && made !== 'ended') adopted = { session: made, isFirst: false };
      return made !== null;
    };
    return (await gate(session, adopt, isMade)) ? adopted : null;
  }

  /** The session has been migrated, whatever happens to the foreign one. */
  async #remove(source: SessionSource, foreign: ForeignSession, client: RequestClient): Promise<void> {
    const { cookie, report, timeout } = this.surroundings;
    const { cookieName: name, cookiePath: path = '/', cookieDomain: domain = null } = source;
    // Our own Set-Cookie header replaces a cookie in the same place; in another place, it has to be removed.
    if (name !== cookie.name || path !== cookie.path || domain !== cookie.domain) {
      const old = new SetCookie({ name, path, domain, httpOnly: true, sameSite: 'lax', partitioned: false });
      client.setCookie(`old ${name}`, old.clear(client.isHttps || /^__(?:Host|Secure)-/i.test(name)));
    }
    try {
      await inTime(timeout, () => foreign.remove(), source.framework);
    } catch (error) {
      report(error);
    }
  }

  #refuse({ framework }: SessionSource, { address }: RequestClient, reason: string): void {
    this.surroundings.observer.migrationRefused({ framework, reason, address });
  }
}

/** @throws SessionStoreUnavailableError after `ms`, whatever the later result of `work` */
function inTime<T>(ms: number, work: () => Promise<T>, framework: string): Promise<T> {
  const late = (): Error =>
    new SessionStoreUnavailableError(
      `The records of the ${framework} sessions did not answer within ${String(ms)} ms. SESSION_STORE_TIMEOUT (storeTimeout) sets the limit.`,
    );
  return within(ms, work, late);
}
