import { DAY } from '../../config/time.js';
import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { SessionGoneError } from '../../errors.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { AuthFacts, Extras } from '../../session/auth-facts.js';
import { newSessionId } from '../../session/session-id.js';
import { AuthConfig } from '../auth-config.js';
import { NotBefore } from '../everyone/not-before.js';
import type { UserId } from '../users/user.js';
import { RememberStore, type RememberRow, type StoredRememberRow } from './remember-store.js';
import { hashOf, isHashOf, newFamily, newValidator, type RememberToken } from './remember-token.js';
import type { Successor } from './sealed-successor.js';
import { standingOf, type Standing } from './token-standing.js';
import { contended, turnToken, type Turned } from './token-turn.js';

const MAX_TRIES = 64;

/** A newly remembered login. */
export interface Begun {
  readonly token: RememberToken;
  readonly row: RememberRow;
}

/** The row of a family, and the token that was sent for it. */
export interface Looked extends StoredRememberRow {
  readonly token: RememberToken;
}

/** The result of a token's rotation: its successor, and the current row. */
export interface Turn extends Turned<RememberRow> {
  readonly family: string;
}

/**
 * The families of remember-me tokens. A family is one remembered login; only one of its tokens is valid at a time. Using it
 * creates a successor; using it again within a grace period, as parallel requests do, leads to that same successor and to the
 * session that was started with it.
 */
@Injectable()
export class RememberFamilies {
  constructor(
    private readonly store: RememberStore,
    private readonly config: AuthConfig,
    private readonly runtime: SessionRuntime,
    private readonly notBefore: NotBefore,
  ) {}

  /**
   * Starts a family for a login.
   *
   * @param duration ms
   * @throws SessionGoneError if all of the user's logins were ended in the meantime
   */
  async begin(facts: AuthFacts, duration: number): Promise<Begun> {
    const token = { family: newFamily(), validator: newValidator() };
    const { userId, epoch, idleTimeout, absoluteTimeout, forced, extras, at } = facts;
    const row: RememberRow = {
      userId,
      validator: hashOf(token.validator),
      previous: null,
      rotatedAt: at,
      isShown: false,
      createdAt: at,
      expiresAt: at + duration,
      duration,
      ...(epoch === undefined ? {} : { epoch }),
      ...(idleTimeout === undefined ? {} : { idleTimeout }),
      ...(absoluteTimeout === undefined ? {} : { absoluteTimeout }),
      ...(forced === undefined ? {} : { forced }),
      ...(extras === undefined ? {} : { extras }),
    };
    if (await this.store.create(token.family, row)) return { token, row };
    throw new SessionGoneError('All logins of this user were ended while this one began. Log in and try again.');
  }

  /**
   * The row of a family's tokens, and which of them is valid; null: the family has ended. An older token is not a copy if the
   * client that sends it has the newer one, too.
   */
  async look(first: RememberToken, ...older: readonly RememberToken[]): Promise<Looked | 'stolen' | null> {
    const found = await this.store.read(first.family);
    if (found === null || !(await this.#counts(found.row))) return null;
    for (const standing of honoured) {
      const token = [first, ...older].find((one) => this.#standingOf(one, found.row) === standing);
      if (token !== undefined) return { ...found, token };
    }
    return 'stolen';
  }

  /**
   * Creates the token's successor, or finds the one that another request has created. Null: the family has ended in the
   * meantime.
   */
  async turn(token: RememberToken, found: StoredRememberRow): Promise<Turn | 'stolen' | null> {
    const { family } = token;
    const turned = await turnToken(token, found, {
      grace: this.config.options.remember.grace,
      now: () => this.runtime.now(),
      newCompanion: () => newSessionId(this.config.surroundings.idLength),
      after: (row, rotated) => ({ ...row, ...rotated, expiresAt: this.#expiryAfter(row, rotated.rotatedAt) }),
      replacing: (unseen) => this.#endUnseen(unseen),
      replace: (row, version) => this.store.replace(family, row, version),
    });
    return turned === null || turned === 'stolen' ? turned : { family, ...turned };
  }

  /**
   * A session started by a rotation has come back from the client, and so has the token that was sent with it, whether or not
   * it was used. From now on, only a copy can send the previous token. False: the family has ended.
   *
   * @param at when that rotation took place.
   * @param tokens of the family, as the client sent them.
   */
  async noteArrival(family: string, at: number, ...tokens: readonly RememberToken[]): Promise<boolean> {
    const isNews = (row: RememberRow): boolean =>
      !row.isShown && (row.rotatedAt === at || goodOne(tokens, row) !== undefined);
    return (await this.#change(family, (row) => (isNews(row) ? { ...row, isShown: true } : row))) !== null;
  }

  /** Remembers the login for its duration from now on. Null: the token is not valid. */
  async extend(token: RememberToken): Promise<RememberRow | null> {
    const row = await this.#change(token.family, (row) => {
      const expiresAt = this.runtime.now() + row.duration;
      // Of parallel requests the first one does it for all.
      const isDue = expiresAt - row.expiresAt >= extensionInterval(row.duration);
      return isDue && isHashOf(row.validator, token.validator) ? { ...row, expiresAt } : row;
    });
    return row !== null && isHashOf(row.validator, token.validator) ? row : null;
  }

  /** What features keep with the login has changed. */
  async keepExtras(family: string, extras: Extras): Promise<void> {
    await this.#change(family, (row) => (isDeepStrictEqual(row.extras, extras) ? row : { ...row, extras }));
  }

  /** Whether a cookie of that age is to be issued again. */
  isExtensionDue({ issuedAt, duration }: { readonly issuedAt: number; readonly duration: number }): boolean {
    return this.runtime.now() - issuedAt >= extensionInterval(duration);
  }

  /** The valid one of a family's tokens, with its row; null: there is none among them. */
  async goodOf<Token extends RememberToken>(
    family: string,
    tokens: readonly Token[],
  ): Promise<{ readonly token: Token; readonly row: RememberRow } | null> {
    const found = await this.store.read(family);
    const token = found === null ? undefined : goodOne(tokens, found.row);
    return found === null || token === undefined ? null : { token, row: found.row };
  }

  async lives(family: string): Promise<boolean> {
    return (await this.store.read(family)) !== null;
  }

  /** Null: there was none, or another request has ended it. */
  end(family: string): Promise<RememberRow | null> {
    return this.store.end(family);
  }

  endAll(userId: UserId, exceptFamily?: string): Promise<number> {
    return exceptFamily === undefined ? this.store.endAll(userId) : this.store.endAll(userId, exceptFamily);
  }

  /** Whether the user is remembered anywhere, if the store can tell. */
  async has(userId: UserId): Promise<boolean> {
    return (await this.store.has?.(userId)) ?? false;
  }

  #expiryAfter({ expiresAt, duration }: RememberRow, now: number): number {
    return this.config.options.remember.refreshEachRequest ? now + duration : expiresAt;
  }

  /** Ends the session of a response that apparently never arrived: if it did, then not at the client. */
  async #endUnseen({ companion: sessionId }: Successor): Promise<void> {
    const { repository } = this.runtime;
    const session = repository.create();
    if (await repository.join(session, sessionId)) await repository.destroy(session);
  }

  /** @param change returns the same row if there is nothing to change. */
  async #change(family: string, change: (row: RememberRow) => RememberRow): Promise<RememberRow | null> {
    let found = await this.store.read(family);
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      if (found === null) return null;
      const row = change(found.row);
      if (row === found.row) return row;
      const result = await this.store.replace(family, row, found.version);
      if (result === 'replaced') return row;
      found = result === 'gone' ? null : result;
    }
    throw contended();
  }

  async #counts(row: RememberRow): Promise<boolean> {
    return row.expiresAt > this.runtime.now() && !(await this.notBefore.excludes(row.createdAt, row.epoch));
  }

  #standingOf(token: RememberToken, row: RememberRow): Standing {
    return standingOf(token, row, this.runtime.now(), this.config.options.remember.grace);
  }
}

/** The standings that are accepted, the best first. */
const honoured: readonly Standing[] = ['good', 'before', 'lost'];

function goodOne<Token extends RememberToken>(tokens: readonly Token[], row: RememberRow): Token | undefined {
  return tokens.find(({ validator }) => isHashOf(row.validator, validator));
}

/** Once a day, or more often if a login in use would otherwise end. In ms. */
function extensionInterval(duration: number): number {
  return Math.min(DAY, duration / 20);
}
