import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { KeyRing } from '../../cookie/key-ring.js';
import { SessionConfigError, SessionContendedError } from '../../errors.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { changeRecord, type RecordChange } from '../../session/compare-and-set.js';
import { isAtomic, notesOf, type SessionStore, type StoredRecord } from '../../stores/session-store.js';
import { SESSION_CONFIG, SESSION_STORE } from '../../tokens.js';
import { ProofSeal } from './proof-seal.js';
import { type ProofEntry, type ProofRecord, readRecord, writeRecord } from './proof-record.js';
import {
  hashOfSecret,
  idOf,
  isSameHash,
  joinProofToken,
  newSecret,
  newSelector,
  type ProofToken,
  sharedSelector,
  splitProofToken,
} from './proof-token.js';

/** The injection token of `proofs.store`: a store of their own, or null for that of the sessions. */
export const PROOFS_STORE = Symbol('PROOFS_STORE');

/** What is proved, once its token has been read. */
export interface Proof {
  /** Names this proof, for counting tries; it is no secret. */
  readonly id: string;
  readonly purpose: string;
  /** Null: it belongs to no account, such as a registration. */
  readonly accountId: string | null;
  /** The epoch of the account when it was issued. Valid only while the account still has it. */
  readonly epoch: number;
  readonly data: unknown;
}

/** A proof that nobody else can use at the moment. */
export interface Claim {
  readonly proof: Proof;
  /** Uses the proof up. Call it after the change that it was for. Never rejects: the change has happened, and cannot happen again. */
  complete(): Promise<void>;
  /** Gives the proof back, since the change failed. Never rejects: if it cannot be given back, it is free again when the lease ends. */
  release(): Promise<void>;
}

export interface NewProof {
  /** What it is for, such as `reset`. A proof for one purpose is none for another. */
  readonly purpose: string;
  readonly accountId?: string | null;
  /** The epoch of the account. Default: 0. */
  readonly epoch?: number;
  /** What it is about, as JSON. Stored sealed. */
  readonly data: object;
  /** In milliseconds. */
  readonly validFor: number;
  /**
   * How many proofs of this purpose the account may have: a further one replaces the oldest, and when one is used, all of them are. Without
   * it, a proof is independent of others.
   */
  readonly newest?: number;
  /** What they are counted for instead of the account, such as a browser: nothing that others know, if there is a code. */
  readonly sharedBy?: string;
  /** What proves the same, together with {@link sharedBy}. It may be short: it is stored as a hash under the key ring. */
  readonly code?: ProofCode;
}

/** A code that somebody types. */
export interface ProofCode {
  readonly text: string;
  /** In milliseconds. */
  readonly validFor: number;
}

/** For how long a claim keeps others out, in ms. After a crash, the proof is free again; the change's own condition prevents a second one. */
const defaultLeaseMs = 30_000;
const codePurpose = 'account-proof-code:v1';

/**
 * One-time proofs, such as those in mailed links, in the session store. A token consists of a selector, by which its record is found, and a
 * secret, of which only the hash is stored; what it is about is sealed under the key ring and the secret.
 *
 * Using one takes three steps: claim it, by compare-and-set; change the database, on the condition that the account still has the proof's epoch
 * or does not exist yet; complete the claim, or release it if the change failed.
 */
@Injectable()
export class Proofs {
  private readonly store: SessionStore;
  private readonly keyPrefix: string;
  private readonly seal: ProofSeal;

  /**
   * @param settings `kind`: that of the notes that they are, where a store keeps kinds apart. Default: `proofs`.
   * @throws SessionConfigError for a store that cannot make sure that a proof is used once
   */
  constructor(
    @Inject(SESSION_CONFIG) settings: { readonly keyPrefix: string; readonly kind?: string },
    @Inject(SESSION_STORE) sessionStore: SessionStore,
    private readonly keys: KeyRing,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now' | 'report'>,
    @Optional() @Inject(PROOFS_STORE) ownStore: SessionStore | null = null,
  ) {
    const store = ownStore ?? sessionStore;
    if (!isAtomic(store)) {
      throw new SessionConfigError([
        {
          setting: 'proofs.store',
          problem:
            `${ownStore === null ? 'the session store' : 'this store'} cannot guarantee that an emailed link is used only once, since it has no ` +
            'compare-and-set across processes. Pass one that has, such as new RedisStore({ client }), or choose another SESSION_TYPE ' +
            '(for cookie: SESSION_SEALED_REVOCATIONS)',
        },
      ]);
    }
    // Apart from sessions, where a store may evict those: anybody can begin sessions.
    this.store = notesOf(store, settings.kind ?? 'proofs');
    this.keyPrefix = `${settings.keyPrefix}proof:`;
    this.seal = new ProofSeal(keys);
  }

  /** Makes a proof, and returns its token. */
  async issue(proof: NewProof): Promise<string> {
    const { purpose, accountId = null, newest, sharedBy = accountId, validFor, code } = proof;
    const isShared = newest !== undefined && sharedBy !== null;
    const token = {
      selector: isShared ? sharedSelector(purpose, sharedBy) : newSelector(),
      secret: newSecret(),
    };
    const issued = [this.#entry(proof, token, validFor)];
    if (code !== undefined) {
      const { selector } = token;
      const typed = { selector, secret: this.#secretOfCode(purpose, selector, code.text) };
      issued.push(this.#entry(proof, typed, code.validFor));
    }
    const key = this.#keyOf(purpose, token.selector);
    const found = isShared ? await this.store.read(key) : null;
    const outcome = await changeRecord(this.store, key, found, (current) => {
      const record = current && readRecord(current.bytes);
      const others = record === null ? [] : this.#live(record.entries);
      const entries = [...others, ...issued].slice(-Math.max(1, newest ?? 1) * issued.length);
      // A claim is one of those that were there before: where none of them is left, nobody is using any.
      const isRenewed = entries.length === issued.length;
      return this.#stored({ entries, claim: isRenewed ? null : (record?.claim ?? null) });
    });
    if (outcome === 'contended') throw contended();
    return joinProofToken(token);
  }

  /** As much work as for {@link issue}, but for what is stored. @returns what proves nothing, and looks like a token */
  async rehearse(proof: NewProof): Promise<string> {
    const token = { selector: newSelector(), secret: newSecret() };
    this.#entry(proof, token, proof.validFor);
    await this.store.read(this.#keyOf(proof.purpose, token.selector));
    return joinProofToken(token);
  }

  /** What a code is read and claimed by, as a token is. */
  tokenOfCode(purpose: string, sharedBy: string, code: string): string {
    const selector = sharedSelector(purpose, sharedBy);
    return joinProofToken({ selector, secret: this.#secretOfCode(purpose, selector, code) });
  }

  /** Names the newest proof that {@link NewProof.sharedBy} has, for counting wrong codes; null: it has none. */
  async newestOf(purpose: string, sharedBy: string): Promise<string | null> {
    const found = await this.store.read(this.#keyOf(purpose, sharedSelector(purpose, sharedBy)));
    const newest = this.#live((found && readRecord(found.bytes))?.entries ?? []).at(-1);
    return newest === undefined ? null : idOf(newest.hash);
  }

  /** What a token proves, without using it up; null: nothing, or no longer. */
  async read(purpose: string, token: string): Promise<Proof | null> {
    const parts = splitProofToken(token);
    const found = parts && (await this.store.read(this.#keyOf(purpose, parts.selector)));
    return parts && found && this.#proofIn(found, purpose, parts);
  }

  /** Claims what a token proves; null: nothing, no longer, or somebody else is using it at the moment. */
  async claim(
    purpose: string,
    token: string,
    { leaseMs = defaultLeaseMs }: { readonly leaseMs?: number } = {},
  ): Promise<Claim | null> {
    const parts = splitProofToken(token);
    if (parts === null) return null;
    const key = this.#keyOf(purpose, parts.selector);
    const id = randomBytes(12).toString('base64url');
    const claimed: { proof: Proof | null } = { proof: null };
    const outcome = await changeRecord(this.store, key, await this.store.read(key), (current) => {
      const record = current && readRecord(current.bytes);
      const now = this.runtime.now();
      const isClaimed = record !== null && record.claim !== null && record.claim.until > now;
      claimed.proof = current === null || isClaimed ? null : this.#proofIn(current, purpose, parts);
      if (record === null || claimed.proof === null) return 'keep';
      return this.#stored({ entries: this.#live(record.entries), claim: { id, until: now + leaseMs } });
    });
    if (outcome === 'contended') throw contended();
    const { proof } = claimed;
    return proof && { proof, complete: () => this.#complete(key), release: () => this.#release(key, id) };
  }

  /** Uses up what a token proves, before anything is done with it; null: nothing, or no longer. Not for proofs that share a record. */
  async consume(purpose: string, token: string): Promise<Proof | null> {
    const parts = splitProofToken(token);
    const key = parts === null ? null : this.#keyOf(purpose, parts.selector);
    const found = key && (await this.store.read(key));
    const proof = found && parts && this.#proofIn(found, purpose, parts);
    if (!proof || !key) return null;
    return (await this.store.delete(key, found.version)) === 'deleted' ? proof : null;
  }

  /**
   * Whether this is the first time that something is said, by a name of its own: of any number of parallel calls, exactly one returns true.
   *
   * @param validFor how long it is remembered, in ms
   */
  async once(purpose: string, name: string, validFor: number): Promise<boolean> {
    const key = this.#keyOf(purpose, sharedSelector(purpose, name));
    let isFirst = false;
    const outcome = await changeRecord(this.store, key, null, (current) => {
      isFirst = current === null;
      return isFirst ? { bytes: Buffer.from('1'), ttlMs: validFor } : 'keep';
    });
    if (outcome === 'contended') throw contended();
    return isFirst;
  }

  async #complete(key: string): Promise<void> {
    try {
      await this.store.delete(key);
    } catch (error) {
      this.runtime.report(error);
    }
  }

  async #release(key: string, claimId: string): Promise<void> {
    try {
      await changeRecord(this.store, key, await this.store.read(key), (current) => {
        const record = current && readRecord(current.bytes);
        // Another request has claimed it since, after the lease.
        if (record?.claim?.id !== claimId) return 'keep';
        const entries = this.#live(record.entries);
        return entries.length === 0 ? 'keep' : this.#stored({ entries, claim: null });
      });
    } catch (error) {
      this.runtime.report(error);
    }
  }

  /** The record lives as long as its last entry. */
  #stored(record: ProofRecord): RecordChange {
    const last = Math.max(...record.entries.map(({ expiresAt }) => expiresAt));
    return { bytes: writeRecord(record), ttlMs: Math.max(1, Math.ceil(last - this.runtime.now())) };
  }

  #live(entries: readonly ProofEntry[]): ProofEntry[] {
    const now = this.runtime.now();
    return entries.filter(({ expiresAt }) => expiresAt > now);
  }

  #proofIn({ bytes }: StoredRecord, purpose: string, token: ProofToken): Proof | null {
    const record = readRecord(bytes);
    const hash = hashOfSecret(token.secret);
    const entry = record && this.#live(record.entries).find((one) => isSameHash(one.hash, hash));
    const opened = entry && this.seal.open(purpose, token, entry.sealed);
    if (!entry || !opened) return null;
    const { accountId, epoch } = entry;
    return { id: idOf(hash), purpose, accountId, epoch, data: opened.data };
  }

  #entry({ purpose, accountId = null, epoch = 0, data }: NewProof, token: ProofToken, validFor: number): ProofEntry {
    const expiresAt = this.runtime.now() + validFor;
    const sealed = this.seal.seal(purpose, token, data);
    return { hash: hashOfSecret(token.secret), accountId, epoch, expiresAt, sealed };
  }

  /** A signature, so that whoever reads the store cannot find a short code by trying all of them. */
  #secretOfCode(purpose: string, selector: string, code: string): string {
    return this.keys.sign(codePurpose, JSON.stringify([purpose, selector, code]));
  }

  /** The store holds no selector, either: whoever reads it learns nothing that is in a mail. */
  #keyOf(purpose: string, selector: string): string {
    return (
      this.keyPrefix +
      createHash('sha256')
        .update(JSON.stringify([purpose, selector]))
        .digest('base64url')
    );
  }
}

function contended(): Error {
  return new SessionContendedError('Other requests kept changing the proofs of this account. Try again.');
}
