import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { KeyRing } from '../../cookie/key-ring.js';
import { SessionContendedError } from '../../errors.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { backOff } from '../../session/back-off.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { Credential } from '../repository/credential.js';
import { readRow, type ProofRow } from './proof-row.js';
import { ProofSeal } from './proof-seal.js';
import {
  hashOfSecret,
  idOf,
  isSameHash,
  joinProofToken,
  newSecret,
  newSelector,
  splitProofToken,
} from './proof-token.js';
import type { ProofToken } from './proof-token.js';
import type { Claim, NewProof, Proof } from './proofs.js';

/** A proof that is a row of the database. */
export interface LastingProof extends Proof {
  readonly accountId: string;
  /** When it was issued, in ms since the epoch. */
  readonly issuedAt: number;
}

/** A claim of one. */
export interface LastingClaim extends Claim {
  readonly proof: LastingProof;
}

/** A lasting proof to issue. It is independent of others. */
export interface NewLastingProof extends Pick<NewProof, 'purpose' | 'data' | 'validFor'> {
  readonly accountId: string;
  /** The epoch of the account. */
  readonly epoch: number;
  /** When what it is about happened, in ms since the epoch. Default: now. */
  readonly issuedAt?: number;
}

/** A row that may be a proof. */
interface Found {
  readonly row: Credential;
  readonly content: ProofRow;
  readonly proof: LastingProof;
}

/** The kind of their credentials. */
const KIND = 'proof';
const leaseMs = 30_000;
const mostAttempts = 16;

/**
 * One-time proofs that are good for days, as rows of the database: a store of sessions may lose what it holds, such as at a restart. Of the
 * secret, only the hash is stored; what a proof is about is sealed under the key ring and the secret. Used as those of {@link Proofs} are.
 */
@Injectable()
export class LastingProofs {
  private readonly seal: ProofSeal;

  constructor(
    private readonly repository: AccountRepository,
    keys: KeyRing,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now' | 'report'>,
  ) {
    this.seal = new ProofSeal(keys);
  }

  /** Makes a proof, and returns its token; null: the account is gone. */
  async issue(proof: NewLastingProof): Promise<string | null> {
    const { purpose, accountId, epoch, data, validFor, issuedAt = this.runtime.now() } = proof;
    await this.#deleteExpired(accountId);
    const token = { selector: newSelector(), secret: newSecret() };
    const content: ProofRow = {
      ...{ purpose, epoch, issuedAt, claim: null },
      hash: hashOfSecret(token.secret),
      sealed: this.seal.seal(purpose, token, data),
    };
    const result = await this.repository.addCredential(accountId, {
      kind: KIND,
      externalId: externalIdOf(purpose, token),
      data: { ...content },
      createdAt: new Date(this.runtime.now()),
      expiresAt: new Date(this.runtime.now() + validFor),
    });
    return 'added' in result ? joinProofToken(token) : null;
  }

  /** What a token proves, without using it up; null: nothing, or no longer. */
  async read(purpose: string, token: string): Promise<LastingProof | null> {
    return (await this.#find(purpose, token))?.proof ?? null;
  }

  /** Claims what a token proves; null: nothing, no longer, or somebody else is using it at the moment. */
  async claim(purpose: string, token: string): Promise<LastingClaim | null> {
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const found = await this.#find(purpose, token);
      const now = this.runtime.now();
      if (found === null || (found.content.claim !== null && found.content.claim.until > now)) return null;
      const { row, content, proof } = found;
      const claim = { id: randomBytes(12).toString('base64url'), until: now + leaseMs };
      const data = { ...content, claim };
      const result = await this.repository.updateCredential({ ...row, data }, row.version);
      if ('updated' in result) {
        const { updated } = result;
        return { proof, complete: () => this.#complete(updated), release: () => this.#release(updated, content) };
      }
      if ('gone' in result) return null;
      await backOff(attempt);
    }
    throw new SessionContendedError('Other requests kept changing a proof of this account. Try again.');
  }

  /** Voids the proofs of an account for some purposes that are about something that has happened since, except one. */
  async voidSince(
    accountId: string,
    purposes: readonly string[],
    issuedAt: number,
    except: Pick<LastingProof, 'id'> | null = null,
  ): Promise<void> {
    for (const row of await this.repository.credentials(accountId, KIND)) {
      const content = readRow(row.data);
      if (content === null || !purposes.includes(content.purpose) || content.issuedAt < issuedAt) continue;
      if (idOf(content.hash) !== except?.id) await this.#delete(row);
    }
  }

  /** Until when the last valid proof of an account for a purpose is valid, in ms since the epoch; null: there is none. */
  async openUntil(accountId: string, purpose: string): Promise<number | null> {
    const now = this.runtime.now();
    const open = (await this.repository.credentials(accountId, KIND))
      .filter((row) => readRow(row.data)?.purpose === purpose)
      .map(({ expiresAt }) => expiresAt?.getTime() ?? 0)
      .filter((time) => time > now);
    return open.length === 0 ? null : Math.max(...open);
  }

  async #find(purpose: string, token: string): Promise<Found | null> {
    const parts = splitProofToken(token);
    const row = parts && (await this.repository.findCredential(KIND, externalIdOf(purpose, parts)));
    const content = row && readRow(row.data);
    if (parts === null || row === null || content?.purpose !== purpose) return null;
    if ((row.expiresAt?.getTime() ?? 0) <= this.runtime.now()) return null;
    const hash = hashOfSecret(parts.secret);
    const opened = isSameHash(content.hash, hash) ? this.seal.open(purpose, parts, content.sealed) : null;
    if (opened === null) return null;
    const { accountId } = row;
    const { epoch, issuedAt } = content;
    return { row, content, proof: { id: idOf(hash), purpose, accountId, epoch, issuedAt, data: opened.data } };
  }

  async #complete(row: Credential): Promise<void> {
    try {
      await this.#delete(row);
    } catch (error) {
      this.runtime.report(error);
    }
  }

  async #release(row: Credential, content: ProofRow): Promise<void> {
    try {
      // Somebody else has claimed it since, after the lease, if this is a conflict.
      await this.repository.updateCredential({ ...row, data: { ...content, claim: null } }, row.version);
    } catch (error) {
      this.runtime.report(error);
    }
  }

  /** Whatever its version is by now. */
  async #delete(row: Credential): Promise<void> {
    let current = row;
    while (!(await this.repository.deleteCredential(current.id, current.version))) {
      const known = current.externalId && (await this.repository.findCredential(KIND, current.externalId));
      if (!known || known.version === current.version) return;
      current = known;
    }
  }

  async #deleteExpired(accountId: string): Promise<void> {
    const now = this.runtime.now();
    for (const row of await this.repository.credentials(accountId, KIND)) {
      if ((row.expiresAt?.getTime() ?? 0) <= now) await this.repository.deleteCredential(row.id, row.version);
    }
  }
}

/** The database holds no selector: whoever reads it learns nothing that is in a mail. */
function externalIdOf(purpose: string, { selector }: ProofToken): string {
  return createHash('sha256')
    .update(JSON.stringify([purpose, selector]))
    .digest('base64url');
}
