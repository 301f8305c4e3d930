/** The id of a user: `7` and `'7'` are two different users. @publicApi */
export type UserId = string | number;

export type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** When things happened, by name, in ms since the epoch. */
export type Times = Readonly<Record<string, number>>;

/** A login as stored in the record. What an absent property stands for is stated there. */
export interface AuthFacts {
  /** The user's id in the application; string and number are distinct. */
  readonly userId: UserId;
  /** When the user was last authenticated, by the login or a later confirmation, in ms: the absolute timeout counts from here. */
  readonly at: number;
  /** When the login took place, in ms, if a confirmation came later; otherwise `at`. */
  readonly since?: number;
  /** How often everybody had been logged out before this login; absent: unknown, as for a migrated login, and its time decides. */
  readonly epoch?: number;
  /** This login's own idle timeout in ms; null: none. Absent: that of the module. */
  readonly idleTimeout?: number | null;
  /** This login's own absolute timeout in ms; null: none. Absent: that of the module. */
  readonly absoluteTimeout?: number | null;
  /** Which factors the user has proved in this session, and when; absent: none, so the login is not fresh. */
  readonly factors?: Times;
  /** Which actions were confirmed individually, and when; absent: none. */
  readonly grants?: Times;
  /** Where the login came from. */
  readonly device?: Device;
  /**
   * Another client has used the session, which has been reported: a random mark of the request that noticed it. Absent: none
   * has, or nothing checked.
   */
  readonly noticedBy?: string;
  /** When the session was last seen in use, in ms, as far as noted; absent: at its login. */
  readonly seenAt?: number;
  /** The address it was then used from; absent: that of the login. */
  readonly seenFrom?: string;
  /** The public id under which the login began; absent: that of the current record. */
  readonly lineage?: string;
  /** The session's remember-me family; absent: none. */
  readonly family?: string;
  /** The login was restored by remember-me. */
  readonly restored?: true;
  /** The remember-me token that was sent with the session has not come back yet. */
  readonly awaiting?: true;
  /** The user was let in although inactive. */
  readonly forced?: true;
  /** What features keep with the login, by names of their own; absent: nothing. */
  readonly extras?: Extras;
  /**
   * What features keep with this session alone, sealed by them, by names of their own; absent: nothing. It is changed in the store only, ends with
   * the session, and is not remembered beyond it.
   */
  readonly sealed?: Sealed;
}

/** Values of features, which this file only carries. */
export type Extras = Readonly<Record<string, string | number | boolean>>;

/** Sealed values of features, which this file only carries. */
export type Sealed = Readonly<Record<string, string>>;

export interface Device {
  /** The network address; empty: unknown. */
  readonly address: string;
  /** The `User-Agent` header; empty: none. */
  readonly userAgent: string;
}

/** The name in {@link Extras} of who acts in the place of the user. */
export const ACTOR = 'impersonator';

/** The id of who acts in the place of a login's user; null: the user. */
export function actorOf(auth: Pick<AuthFacts, 'extras'> | null): string | null {
  const actor = auth?.extras?.[ACTOR];
  return actor === undefined ? null : String(actor);
}

/** The same for an event. */
export function actedBy(auth: AuthFacts | null): { readonly by?: string } {
  const by = actorOf(auth);
  return by === null ? {} : { by };
}

/** Merges two versions of one login: the latest record determines the user; of the rest, whatever permits less. */
export function mergeAuth(mine: AuthFacts | null, theirs: AuthFacts | null): AuthFacts | null {
  if (mine === null || theirs === null) return theirs;
  if (mine.userId !== theirs.userId || mine.at !== theirs.at || mine.since !== theirs.since) return theirs;
  const merged: Writable<AuthFacts> = { ...theirs };
  delete merged.factors;
  delete merged.grants;
  const factors = common(mine.factors, theirs.factors);
  const grants = common(mine.grants, theirs.grants);
  if (factors !== null) merged.factors = factors;
  if (grants !== null) merged.grants = grants;
  // Of several that noticed it, the first one stored has reported it.
  if (mine.noticedBy !== undefined) merged.noticedBy ??= mine.noticedBy;
  // If one side has seen it come back, it has.
  if (!mine.awaiting) delete merged.awaiting;
  if (mine.extras !== undefined) merged.extras = { ...mine.extras, ...theirs.extras };
  if (mine.seenAt !== undefined && mine.seenAt > (theirs.seenAt ?? 0)) {
    merged.seenAt = mine.seenAt;
    if (mine.seenFrom !== undefined) merged.seenFrom = mine.seenFrom;
  }
  return merged;
}

/** The same login with what is sealed in a newer state of it. */
export function withSealedOf(auth: AuthFacts, newest: AuthFacts | null): AuthFacts {
  const { sealed: _sealed, ...rest } = auth;
  return newest?.sealed === undefined ? rest : { ...rest, sealed: newest.sealed };
}

/** The entries in both, each with the earlier time; null: none. */
function common(mine: Times | undefined, theirs: Times | undefined): Times | null {
  if (mine === undefined || theirs === undefined) return null;
  const times: Record<string, number> = {};
  for (const [name, time] of Object.entries(theirs)) {
    const other = Object.hasOwn(mine, name) ? mine[name] : undefined;
    if (other !== undefined) times[name] = Math.min(time, other);
  }
  return Object.keys(times).length === 0 ? null : times;
}
