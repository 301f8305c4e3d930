import { Injectable, UnauthorizedException } from '@nestjs/common';
import { KeyRing, signatureLength } from '../cookie/key-ring.js';
import { SessionAbilityMissingError, SessionUserError } from '../errors.js';
import { SessionRuntime } from '../http/session-runtime.js';
import type { AuthFacts } from '../session/auth-facts.js';
import { lineageOf } from '../session/lineage.js';
import { stateOf, type SessionObject } from '../session/session.js';
import type { UserId } from './users/user.js';

const purpose = 'login-ticket:v1';
/** In characters; a user's id may be of any length. */
const longest = 2048;
/** The version, the content, and its signature. */
const form = /^1\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/;

/** What a ticket says, as JSON; the time is for people who look into one. */
type Content = readonly [lineage: string, userId: UserId, loggedInAt: number];

/** Signed references to logins, for jobs: they name a login under whatever id it continues, and give no access to its session. */
@Injectable()
export class LoginTickets {
  constructor(
    private readonly keys: KeyRing,
    private readonly runtime: SessionRuntime,
  ) {}

  /** @throws UnauthorizedException, SessionAbilityMissingError, SessionUserError */
  issue(session: SessionObject): string {
    this.#assertAbility();
    const state = stateOf(session);
    const lineage = lineageOf(state);
    if (state.auth === null || lineage === null) {
      throw new UnauthorizedException('Nobody is logged in, so there is no login that a ticket could be issued for.');
    }
    const { userId, since, at } = state.auth;
    const says: Content = [lineage, userId, since ?? at];
    const content = Buffer.from(JSON.stringify(says)).toString('base64url');
    const ticket = `1.${content}.${this.keys.sign(purpose, content)}`;
    if (ticket.length <= longest) return ticket;
    throw new SessionUserError(
      `The id of this user is too long for a ticket, which has at most ${String(longest)} characters.`,
    );
  }

  /** The login of a ticket, as it is now; null: it has ended, or this application has not issued the ticket. */
  async find(ticket: string): Promise<AuthFacts | null> {
    this.#assertAbility();
    const says = this.#read(ticket);
    if (says === null) return null;
    const [lineage, userId] = says;
    const found = await this.runtime.repository.owned.find(userId, lineage);
    return found?.lineage === lineage ? found.auth : null;
  }

  #read(ticket: unknown): Content | null {
    if (typeof ticket !== 'string' || ticket.length > longest) return null;
    const [, content = '', signature = ''] = form.exec(ticket) ?? [];
    if (signature.length !== signatureLength || this.keys.verify(purpose, content, signature) === null) return null;
    // Signed here, so it is as it was written.
    return JSON.parse(Buffer.from(content, 'base64url').toString()) as Content;
  }

  /** Already when a ticket is issued: in a job it would be too late. */
  #assertAbility(): void {
    const { isByValue, owned } = this.runtime.repository;
    if (owned.isOffered) return;
    throw new SessionAbilityMissingError(
      (isByValue
        ? 'SESSION_TYPE is cookie: sessions are in browsers only, so nobody can look up later whether the login of a ticket still exists. '
        : 'This session store has no owner index, so the login of a ticket cannot be looked up later. ') +
        'Choose another store (SESSION_TYPE) for tickets, such as redis or sql; a store of your own needs `ownedBy` and `deleteOwnedBy`.',
    );
  }
}
