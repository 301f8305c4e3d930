import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { RequestSession } from '../../http/request-session.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { AuthFacts } from '../../session/auth-facts.js';
import { lineageOf } from '../../session/lineage.js';
import { stateOf, type SessionObject } from '../../session/session.js';
import { AuthConfig } from '../auth-config.js';
import type { Arrival, AuthFeature, Entry, Restored } from '../auth-feature.js';
import type { UserId } from '../users/user.js';
import { FamilyEnd } from './family-end.js';
import { RememberCookie, type ShownFamily, type ShownToken } from './remember-cookie.js';
import { RememberFamilies, type Begun } from './remember-families.js';
import { RememberRestore } from './remember-restore.js';
import { wishIn } from './remember-wish.js';

/**
 * Remember-me: a separate cookie that logs in again after the session has ended. Its token is single-use; using a copy later
 * exposes the theft.
 */
@Injectable()
export class RememberFeature implements AuthFeature {
  /** Families of logins in progress. */
  readonly #begun = new WeakMap<Entry, Begun>();

  constructor(
    private readonly config: AuthConfig,
    private readonly runtime: SessionRuntime,
    private readonly cookie: RememberCookie,
    private readonly families: RememberFamilies,
    private readonly familyEnd: FamilyEnd,
    private readonly restorer: RememberRestore,
  ) {}

  arrived(arrival: Arrival): Promise<'ended' | undefined> | undefined {
    const { request, auth } = arrival;
    const { family, awaiting } = auth;
    if (family === undefined) return undefined;
    // What may only read the session, or cannot set a cookie, leaves that, and noting the arrival, to the next page.
    if (request === null || request.handle.isReadonlyRequest || request.isOverSocket) {
      return awaiting ? this.#endWithFamily(arrival, family) : undefined;
    }
    const shown = this.cookie.read(request.client).find((one) => one.family === family);
    if (awaiting) return this.#noteArrival(request, arrival, family, shown?.tokens ?? []);
    if (shown === undefined) return undefined;
    const [token] = shown.tokens;
    const { refreshEachRequest } = this.config.options.remember;
    if (refreshEachRequest && this.families.isExtensionDue(token)) return this.#extend(request, token);
    return token.outdated || this.cookie.isElsewhere(request.client) ? this.#setAgain(request, shown) : undefined;
  }

  restore(request: RequestSession, session: SessionObject, context: ExecutionContext): Promise<Restored | null> {
    return this.restorer.restore(request, session, context);
  }

  async remembering(entry: Entry, facts: AuthFacts): Promise<AuthFacts> {
    const wish = wishIn(entry.options, this.config.options.remember.duration);
    if (this.config.surroundings.rememberRefusal !== null) return facts;
    const kept = await this.#familyOfDevice(entry);
    if (wish === null) return kept === null ? facts : { ...facts, family: kept };
    if (entry.request === null) {
      throw new TypeError(
        'A login outside of a request cannot be remembered: there is no response that could set the cookie.',
      );
    }
    const begun = await this.families.begin(facts, wish);
    this.#begun.set(entry, begun);
    // Its cookie is about to be replaced: otherwise a copy of that would stay valid for long, unnoticed.
    const replaced = stateOf(entry.session).stored?.key;
    // If that has a new id by now, the login does not replace it.
    if (kept !== null) {
      await this.familyEnd.end(kept, replaced === undefined ? undefined : ({ key }) => key === replaced);
    }
    return { ...facts, family: begun.token.family };
  }

  entered(entry: Entry): void {
    const begun = this.#begun.get(entry);
    if (begun === undefined || entry.request === null) return;
    const { token, row } = begun;
    this.cookie.set(entry.request.client, token, { ...row, issuedAt: row.createdAt });
  }

  async notEntered(entry: Entry): Promise<void> {
    const begun = this.#begun.get(entry);
    if (begun !== undefined) await this.families.end(begun.token.family);
  }

  async leaving(request: RequestSession | null, auth: AuthFacts | null): Promise<void> {
    const client = request?.client;
    const shown = client === undefined ? [] : this.cookie.read(client);
    const own = auth?.family;
    const lineage = await lineageIn(request);
    if (own !== undefined) {
      await this.familyEnd.end(own, lineage === null ? undefined : (one) => one.lineage === lineage);
    }
    for (const { family } of shown) if (family !== own) await this.familyEnd.end(family);
    if (client && (own !== undefined || this.cookie.isIn(client))) this.cookie.clear(client);
  }

  async endingAll(userId: UserId, except: AuthFacts | null): Promise<void> {
    const { family, extras } = except ?? {};
    if (family !== undefined && extras !== undefined) await this.families.keepExtras(family, extras);
    await this.families.endAll(userId, family);
  }

  has(userId: UserId): Promise<boolean> {
    return this.families.has(userId);
  }

  async ending({ family }: AuthFacts): Promise<void> {
    if (family !== undefined) await this.families.end(family);
  }

  /**
   * The family by which the device is remembered for the user who is logging in; null: none. If it is remembered for another
   * user, that ends.
   */
  async #familyOfDevice({ request, session, userId }: Entry): Promise<string | null> {
    const former = stateOf(session).auth;
    const known = former?.userId === userId ? (former.family ?? null) : null;
    if (request === null) return known;
    const shown = this.cookie.read(request.client);
    const others = shown.filter(({ family }) => family !== known);
    let kept: string | null = null;
    for (const one of others) {
      const looked = await this.families.look(...one.tokens);
      if (looked === 'stolen') await this.familyEnd.raiseAlarm(one.family, request.client.address);
      else if (kept === null && looked?.row.userId === userId) kept = one.family;
      else if (looked !== null) await this.familyEnd.end(one.family);
    }
    if (kept === null && others.length > 0 && others.length === shown.length) this.cookie.clear(request.client);
    return kept ?? known;
  }

  /** The session started by remember-me comes back for the first time. If its family has ended, it must end, too. */
  async #noteArrival(
    request: RequestSession,
    { session, auth: { awaiting: _awaiting, ...auth } }: Arrival,
    family: string,
    tokens: readonly ShownToken[],
  ): Promise<'ended' | undefined> {
    if (await this.families.noteArrival(family, auth.at, ...tokens)) {
      stateOf(session).setLogin(auth);
      request.requireCommit();
      return undefined;
    }
    await this.runtime.repository.destroy(session);
    return 'ended';
  }

  async #endWithFamily({ session }: Arrival, family: string): Promise<'ended' | undefined> {
    if (await this.families.lives(family)) return undefined;
    await this.runtime.repository.destroy(session);
    return 'ended';
  }

  async #extend({ client }: RequestSession, token: ShownToken): Promise<undefined> {
    const row = await this.families.extend(token);
    if (row !== null) this.cookie.set(client, token, { ...row, issuedAt: this.runtime.now() });
  }

  /**
   * The secret that signed the cookie may be removed before the token is used. And of two cookies, the older one would be taken
   * for stolen if the browser sent it alone.
   */
  async #setAgain({ client }: RequestSession, { family, tokens }: ShownFamily): Promise<undefined> {
    const good = await this.families.goodOf(family, tokens);
    if (good !== null) this.cookie.set(client, good.token, { ...good.row, issuedAt: good.token.issuedAt });
  }
}

/** The lineage of a request's session, which the caller ends itself, wherever it moves. */
async function lineageIn(request: RequestSession | null): Promise<string | null> {
  const session = await request?.get();
  return session === undefined ? null : lineageOf(stateOf(session));
}
