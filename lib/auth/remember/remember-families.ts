import { Injectable } from '@nestjs/common';
import { SessionContendedError, SessionGoneError } from '../../errors.js';
import type { RequestClient } from '../../http/request-client.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { AuthFacts } from '../../session/auth-facts.js';
import { newSessionId } from '../../session/session-id.js';
import { AuthConfig } from '../auth-config.js';
import { NotBefore } from '../everyone/not-before.js';
import type { UserId } from '../users/user.js';
import { RememberStore, type RememberRow, type StoredRememberRow } from './remember-store.js';
import {
  hashOf,
  isHashOf,
  newFamily,
  newValidator,
  openSuccessor,
  sealSuccessor,
  type RememberToken,
  type Successor,
} from './remember-token.js';

const DAY = 86_400_000;
const MAX_TRIES = 64;

/** What a token's turn has come to: its successor, and the row as it is now. */
export interface Turn {
  readonly family: string;
  readonly row: RememberRow;
  readonly successor: Successor;
}

/**
 * The families of remember-me tokens. A family is one remembered login; of its tokens one at a time is good. Showing it
 * makes a successor; showing it again within a grace time, as parallel requests do, leads to that same successor and to the
 * session that was begun with it.
 *
 * A token before that one has been stolen, by its former or by its present holder: nobody can say which. So has one that is
 * shown after the grace time, unless nobody ever showed its successor: then the answer that brought it got lost.
 */
@Injectable()
export class RememberFamilies {
  constructor(
    private readonly store: RememberStore,
    private readonly config: AuthConfig,
    private readonly runtime: SessionRuntime,
    private readonly notBefore: NotBefore,
  ) {}

  /** Begins a family for a login. @throws SessionGoneError where all of the user's logins were ended meanwhile */
  async begin(facts: AuthFacts, duration: number): Promise<RememberToken> {
    const token = { family: newFamily(), validator: newValidator() };
    const { userId, idleTimeout, absoluteTimeout, forced, at } = facts;
    const isKept = await this.store.create(token.family, {
      userId,
      validator: hashOf(token.validator),
      previous: null,
      rotatedAt: at,
      isShown: false,
      createdAt: at,
      expiresAt: at + duration,
      duration,
      ...(idleTimeout === undefined ? {} : { idleTimeout }),
      ...(absoluteTimeout === undefined ? {} : { absoluteTimeout }),
      ...(forced === undefined ? {} : { forced }),
    });
    if (isKept) return token;
    throw new SessionGoneError('All logins of this user were ended while this one began. Log in and try again.');
  }

  /** The row that a token belongs to; null: the family has ended. */
  async look(token: RememberToken): Promise<StoredRememberRow | 'stolen' | null> {
    const found = await this.store.read(token.family);
    if (found === null || !(await this.#counts(found.row))) return null;
    return this.#isStolen(found.row, token) ? 'stolen' : found;
  }

  /** Makes the token's successor, or finds the one that another request has made. Null: the family has ended meanwhile. */
  async turn(token: RememberToken, found: StoredRememberRow): Promise<Turn | 'stolen' | null> {
    const { family } = token;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { row } = found;
      if (this.#isStolen(row, token)) return 'stolen';
      const made = this.#isInGrace(row) ? successorOf(row, token) : null;
      if (made !== null) return { family, row, successor: made };
      const successor = { validator: newValidator(), sessionId: newSessionId(this.config.surroundings.idLength) };
      const next: RememberRow = {
        ...row,
        validator: hashOf(successor.validator),
        previous: { validator: hashOf(token.validator), successor: sealSuccessor(successor, token) },
        rotatedAt: this.runtime.now(),
        isShown: false,
        expiresAt: this.#expiryAfterUse(row),
      };
      const result = await this.store.replace(family, next, found.version);
      if (result === 'replaced') return { family, row: next, successor };
      if (result === 'gone') return null;
      found = result;
    }
    throw new SessionContendedError('Other requests kept using this remembered login. Try again.');
  }

  /** The client has shown the good token along with the session that came with it. False: it is not the good one. */
  noteShown(token: RememberToken): Promise<boolean> {
    return this.#change(token, (row) => ({ ...row, isShown: true })).then((row) => row !== null);
  }

  /** The login is remembered for its duration from now. Null: it is not the good token. */
  extend(token: RememberToken): Promise<RememberRow | null> {
    return this.#change(token, (row) => ({ ...row, expiresAt: this.runtime.now() + row.duration }));
  }

  /** Whether a cookie of that age is to be issued again: once a day, or so often that it does not end meanwhile. */
  isExtensionDue(issuedAt: number): boolean {
    return this.runtime.now() - issuedAt >= Math.min(DAY, this.config.options.remember.duration / 20);
  }

  async lives(family: string): Promise<boolean> {
    return (await this.store.read(family)) !== null;
  }

  end(family: string): Promise<boolean> {
    return this.store.end(family);
  }

  endAll(userId: UserId, exceptFamily?: string): Promise<number> {
    return exceptFamily === undefined ? this.store.endAll(userId) : this.store.endAll(userId, exceptFamily);
  }

  /** Ends a family of which there is a copy. Null: another request has done so already. */
  async endStolen(family: string): Promise<RememberRow | null> {
    const found = await this.store.read(family);
    return found !== null && (await this.store.end(family)) ? found.row : null;
  }

  /** The login that a turn makes: nobody has proved anything but the possession of a cookie. */
  factsOf({ family, row }: Turn, { address, userAgent }: RequestClient): AuthFacts {
    const { userId, idleTimeout, absoluteTimeout, forced } = row;
    return {
      userId,
      at: this.notBefore.loginTime,
      device: { address, userAgent },
      family,
      restored: true,
      awaiting: true,
      ...(idleTimeout === undefined ? {} : { idleTimeout }),
      ...(absoluteTimeout === undefined ? {} : { absoluteTimeout }),
      ...(forced === undefined ? {} : { forced }),
    };
  }

  async #change(token: RememberToken, change: (row: RememberRow) => RememberRow): Promise<RememberRow | null> {
    let found = await this.store.read(token.family);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      if (found === null || !isHashOf(found.row.validator, token.validator)) return null;
      const row = change(found.row);
      const result = await this.store.replace(token.family, row, found.version);
      if (result === 'replaced') return row;
      found = result === 'gone' ? null : result;
    }
    throw new SessionContendedError('Other requests kept using this remembered login. Try again.');
  }

  async #counts(row: RememberRow): Promise<boolean> {
    return row.expiresAt > this.runtime.now() && !(await this.notBefore.excludes(row.createdAt));
  }

  #isStolen(row: RememberRow, token: RememberToken): boolean {
    if (isHashOf(row.validator, token.validator)) return false;
    const isPrevious = row.previous !== null && isHashOf(row.previous.validator, token.validator);
    return !isPrevious || (row.isShown && !this.#isInGrace(row));
  }

  #isInGrace(row: RememberRow): boolean {
    return this.runtime.now() - row.rotatedAt < this.config.options.remember.grace;
  }

  #expiryAfterUse(row: RememberRow): number {
    return this.config.options.remember.refreshEachRequest ? this.runtime.now() + row.duration : row.expiresAt;
  }
}

/** The successor of the token before; null: the token is the good one. */
function successorOf({ previous }: RememberRow, token: RememberToken): Successor | null {
  if (previous === null || !isHashOf(previous.validator, token.validator)) return null;
  return openSuccessor(previous.successor, token);
}
