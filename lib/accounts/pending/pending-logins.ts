import { Inject, Injectable } from '@nestjs/common';
import { AuthService } from '../../auth/auth.service.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { stateOf, type SessionObject } from '../../session/session.js';
import type { EntryHow, EntryWay } from '../gate/entry.js';
import { markBrowserBy } from '../http/browser-mark.js';
import { Proofs } from '../proofs/proofs.js';
import type { StoredAccount } from '../repository/account.js';
import { AccountRepository } from '../repository/account-repository.js';

/** What a pending login waits for: a second factor, or that one is set up. */
export type PendingFor = 'second-factor' | 'enroll';

/** What is kept between the first and the second factor. */
export interface PendingFacts {
  readonly waitsFor: PendingFor;
  readonly way: EntryWay;
  /** What the first factor has proved. */
  readonly factors: readonly string[];
  readonly remember: boolean;
  /** Where a browser goes after the login. */
  readonly next: string;
  /** For `enroll`: the hash of the code that was mailed, and until when it is valid, in ms since the epoch; null: none was. */
  readonly mailed: { readonly hash: string; readonly until: number } | null;
  /** For `enroll`: whether that code was entered, so that a factor may be set up. */
  readonly isMailbox: boolean;
}

/** The same, as it is kept. */
interface KeptFacts extends PendingFacts {
  /** When it ends, whatever is done until then, in ms since the epoch. */
  readonly endsAt: number;
}

/** A login that waits for its second factor. */
export interface PendingLogin extends KeptFacts {
  readonly account: StoredAccount;
  /** What its session knows it by. */
  readonly token: string;
}

/** The key of the session's data under which it knows its pending login. */
const KEY = '_pending';
const purpose = 'pending-login';
/** How long a pending login waits, in ms. */
const validFor = 10 * 60_000;

/**
 * Logins between the first and the second factor. The session has no login then, so that no guard takes it for one; what waits is kept as a
 * proof, which is used up by compare-and-set and dies with the account's epoch.
 */
@Injectable()
export class PendingLogins {
  constructor(
    private readonly proofs: Proofs,
    private readonly repository: AccountRepository,
    private readonly auth: AuthService,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now' | 'repository'>,
  ) {}

  /** Begins one, under a new id of the session. A login that was there ends, and so does a pending one. */
  async begin(session: SessionObject, account: StoredAccount, facts: PendingFacts): Promise<void> {
    await this.end(session);
    if (stateOf(session).auth !== null) await this.auth.logout(session);
    session.set(KEY, await this.beginApart(account, facts));
    await session.regenerate();
  }

  /** Begins one that no session knows, and returns what it is known by. */
  beginApart(account: StoredAccount, facts: PendingFacts): Promise<string> {
    return this.#issue(account, { ...facts, endsAt: this.runtime.now() + validFor });
  }

  /** A session for one request, which is not kept, and knows what was begun apart. @param token untrusted */
  sessionOf(token: string): SessionObject {
    const session = this.runtime.repository.create();
    session.set(KEY, token);
    // The ceremonies of passkeys are for whoever has begun them.
    markBrowserBy(session, token);
    return session;
  }

  /** What a session knows its pending login by, which may have ended; null: it has none. */
  tokenIn(session: SessionObject): string | null {
    const token: unknown = session.get(KEY);
    return typeof token === 'string' && stateOf(session).auth === null ? token : null;
  }

  /** The one of a session; null: none, or no longer. */
  async of(session: SessionObject): Promise<PendingLogin | null> {
    const token = this.tokenIn(session);
    if (token === null) return null;
    const proof = await this.proofs.read(purpose, token);
    if (typeof proof?.accountId !== 'string' || !isFacts(proof.data)) return null;
    const account = await this.repository.find(proof.accountId);
    return account?.epoch === proof.epoch ? { ...proof.data, account, token } : null;
  }

  /** Ends one, if nobody else does: of any number of parallel calls for one, exactly one returns true. */
  async take(session: SessionObject, { token }: PendingLogin): Promise<boolean> {
    const claim = await this.proofs.claim(purpose, token);
    if (claim === null) return false;
    await claim.complete();
    session.pop(KEY);
    return true;
  }

  /** Goes on with other facts, until the same end. False: it has ended. */
  async change(session: SessionObject, pending: PendingLogin, changes: Partial<PendingFacts>): Promise<boolean> {
    if (!(await this.take(session, pending))) return false;
    const { account, token: _token, ...facts } = pending;
    session.set(KEY, await this.#issue(account, { ...facts, ...changes }));
    return true;
  }

  /** Ends whatever waits in a session. */
  async end(session: SessionObject): Promise<void> {
    const token: unknown = session.pop(KEY);
    const claim = typeof token === 'string' ? await this.proofs.claim(purpose, token) : null;
    await claim?.complete();
  }

  /** How somebody enters who has proved more than the first factor. */
  howOf({ way, factors, account: { epoch } }: PendingLogin, proved: readonly string[]): EntryHow {
    return { way, factors: [...new Set([...factors, ...proved])], epoch };
  }

  #issue({ id: accountId, epoch }: StoredAccount, data: KeptFacts): Promise<string> {
    // Sending codes makes it no longer: it may have ended at this moment.
    const left = Math.max(1, data.endsAt - this.runtime.now());
    return this.proofs.issue({ purpose, accountId, epoch, data, validFor: left });
  }
}

/** A proof is only ever what this module has sealed; an earlier version of it may have sealed something else. */
function isFacts(data: unknown): data is KeptFacts {
  return typeof data === 'object' && data !== null && 'waitsFor' in data && 'factors' in data && 'endsAt' in data;
}
