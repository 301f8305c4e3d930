import { Inject, Injectable } from '@nestjs/common';
import { SessionRuntime } from '../../http/session-runtime.js';
import type { FactorMethodName } from '../factors/factor-method.js';
import { AccountRepository } from '../repository/account-repository.js';
import type { Credential, NewCredential } from '../repository/credential.js';
import type { JsonObject } from '../repository/json.js';

/** The kinds of credentials that prove factors, and the methods that they are proved by. */
export const methodsByKind: readonly (readonly [string, FactorMethodName])[] = [
  ['totp', 'totp'],
  ['passkey', 'passkey'],
  ['phone', 'code'],
  ['recovery-code', 'recovery-code'],
  ['oauth', 'oauth'],
];
/** Which kind of credentials a method of proving a factor uses. */
export const credentialKinds: Readonly<Record<string, string>> = Object.fromEntries(
  methodsByKind.map(([kind, method]) => [method, kind]),
);
/** The kinds of credentials that one gets in with. */
export const factorKinds: readonly string[] = ['totp', 'passkey', 'phone', 'recovery-code', 'oauth'];
/** The kind of a factor that has been removed: no feature finds it under this one. */
const REMOVED = 'removed-factor';
/** For how long it can come back, in ms. */
export const keptFor = 7 * 86_400_000;

/** Keeps factors that have been removed, so that they can come back, and restores those of an earlier time. */
@Injectable()
export class FactorHistory {
  constructor(
    private readonly repository: AccountRepository,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now'>,
  ) {}

  /** The factors that an account has. One that is being set up is none yet. */
  async of(accountId: string): Promise<readonly Credential[]> {
    return (await this.#rows(accountId)).filter((row) => !isInSetUp(row));
  }

  /** Those of them that it had at a time already, in ms since the epoch. */
  async at(accountId: string, time: number): Promise<readonly Credential[]> {
    return (await this.of(accountId)).filter((factor) => since(factor) <= time);
  }

  /** Keeps those that were there before a change and are not any more. What was kept and can no longer come back is deleted. */
  async keepRemoved(accountId: string, before: readonly Credential[]): Promise<void> {
    await this.#deleteExpired(accountId);
    const there = new Set((await this.of(accountId)).map(({ id }) => id));
    for (const factor of before.filter(({ id }) => !there.has(id))) await this.#keep(factor);
  }

  /** The ids of those that can come back. */
  async removed(accountId: string): Promise<ReadonlySet<string>> {
    return new Set((await this.#kept(accountId)).map(({ factor }) => factor.id));
  }

  /** Gives an account the factors with these ids, as far as they are there or kept, and no others. */
  async restore(accountId: string, ids: ReadonlySet<string>): Promise<void> {
    await this.#deleteExpired(accountId);
    const rows = await this.#rows(accountId);
    // Whoever has begun a set-up must not end it now.
    for (const row of rows.filter(isInSetUp)) await this.#delete(row);
    const present = rows.filter((row) => !isInSetUp(row));
    for (const factor of present.filter(({ id }) => !ids.has(id))) {
      await this.#keep(factor);
      await this.#delete(factor);
    }
    const there = new Set(present.map(({ id }) => id));
    for (const { row, factor } of await this.#kept(accountId)) {
      if (!ids.has(factor.id)) continue;
      // One that is in use again stays as it is.
      const isBack = there.has(factor.id) || 'added' in (await this.repository.addCredential(accountId, factor));
      // Otherwise something else has its external id, such as a passkey that was added once more: it may come back another time.
      if (isBack) await this.#delete(row);
    }
  }

  async #rows(accountId: string): Promise<readonly Credential[]> {
    return (await this.repository.credentials(accountId)).filter(({ kind }) => factorKinds.includes(kind));
  }

  async #keep(factor: Credential): Promise<void> {
    await this.repository.addCredential(factor.accountId, {
      kind: REMOVED,
      data: { factor: plainOf(factor) },
      expiresAt: new Date(this.runtime.now() + keptFor),
    });
  }

  async #kept(
    accountId: string,
  ): Promise<readonly { readonly row: Credential; readonly factor: NewCredential & { id: string } }[]> {
    const now = this.runtime.now();
    return (await this.repository.credentials(accountId, REMOVED)).flatMap((row) => {
      const factor = (row.expiresAt?.getTime() ?? 0) > now ? factorIn(row.data['factor']) : null;
      return factor === null ? [] : [{ row, factor }];
    });
  }

  async #deleteExpired(accountId: string): Promise<void> {
    const now = this.runtime.now();
    for (const row of await this.repository.credentials(accountId, REMOVED)) {
      if ((row.expiresAt?.getTime() ?? 0) <= now) await this.repository.deleteCredential(row.id, row.version);
    }
  }

  async #delete({ accountId, kind, id, version }: Credential): Promise<void> {
    let expected: number | undefined = version;
    while (expected !== undefined && !(await this.repository.deleteCredential(id, expected))) {
      expected = (await this.repository.credentials(accountId, kind)).find((one) => one.id === id)?.version;
    }
  }
}

function isInSetUp({ data }: Credential): boolean {
  return data['enabled'] === false;
}

/** Since when it counts, in ms since the epoch: its row may be as old as the beginning of its set-up. */
function since({ createdAt, data: { enabledAt } }: Credential): number {
  return typeof enabledAt === 'number' ? enabledAt : createdAt.getTime();
}

function plainOf({ id, kind, externalId, name, data, createdAt, lastUsedAt, expiresAt }: Credential): JsonObject {
  return {
    ...{ id, kind, externalId, name, data },
    createdAt: createdAt.getTime(),
    lastUsedAt: lastUsedAt?.getTime() ?? null,
    expiresAt: expiresAt?.getTime() ?? null,
  };
}

/** Null: not one that this module has kept. */
function factorIn(kept: JsonObject[string]): (NewCredential & { id: string }) | null {
  if (typeof kept !== 'object' || kept === null || !isObject(kept)) return null;
  const { id, kind, externalId, name, data, createdAt, lastUsedAt, expiresAt } = kept;
  if (typeof id !== 'string' || typeof kind !== 'string' || typeof createdAt !== 'number') return null;
  if (typeof data !== 'object' || data === null || !isObject(data)) return null;
  return {
    ...{ id, kind, data },
    externalId: typeof externalId === 'string' ? externalId : null,
    name: typeof name === 'string' ? name : null,
    createdAt: new Date(createdAt),
    lastUsedAt: typeof lastUsedAt === 'number' ? new Date(lastUsedAt) : null,
    expiresAt: typeof expiresAt === 'number' ? new Date(expiresAt) : null,
  };
}

function isObject(value: object): value is JsonObject {
  return !Array.isArray(value);
}
