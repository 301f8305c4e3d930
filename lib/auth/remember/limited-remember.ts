import { within } from '../../config/within.js';
import { isSessionError, SessionStoreUnavailableError } from '../../errors.js';
import type { UserId } from '../users/user.js';
import { faultIn } from './remember-row.js';
import { RememberStore, type RememberRow, type StoredRememberRow } from './remember-store.js';

/**
 * Wraps a custom store with a time limit and a check of its results. Any failure means that it is unknown who is remembered,
 * never that nobody is. Ending all of a user's logins has no limit, since it grows with the stored data.
 */
export class LimitedRemember extends RememberStore {
  constructor(
    private readonly store: RememberStore,
    private readonly ms: number,
  ) {
    super();
  }

  override create(family: string, row: RememberRow): Promise<boolean> {
    return this.#limit(() => this.store.create(family, row));
  }

  override read(family: string): Promise<StoredRememberRow | null> {
    return this.#limit(async () => checked(await this.store.read(family)));
  }

  override replace(
    family: string,
    row: RememberRow,
    version: unknown,
  ): Promise<'replaced' | 'gone' | StoredRememberRow> {
    return this.#limit(async () => {
      const result = await this.store.replace(family, row, version);
      return typeof result === 'string' ? result : checked(result);
    });
  }

  override end(family: string): Promise<RememberRow | null> {
    return this.#limit(async () => {
      const row = await this.store.end(family);
      if (row !== null) assertRow(row);
      return row;
    });
  }

  override async endAll(userId: UserId, exceptFamily?: string): Promise<number> {
    try {
      return await (exceptFamily === undefined ? this.store.endAll(userId) : this.store.endAll(userId, exceptFamily));
    } catch (error) {
      throw unavailable(error);
    }
  }

  override has(userId: UserId): Promise<boolean> {
    return this.#limit(async () => (await this.store.has?.(userId)) ?? false);
  }

  async #limit<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      return await within(this.ms, call, () => new SessionStoreUnavailableError(this.#tooLate()), { unref: true });
    } catch (error) {
      throw unavailable(error);
    }
  }

  #tooLate(): string {
    return `remember.store did not answer within ${String(this.ms)} ms. SESSION_STORE_TIMEOUT (storeTimeout) sets the limit.`;
  }
}

function checked<Found extends StoredRememberRow | null>(found: Found): Found {
  if (found !== null) assertRow(found.row);
  return found;
}

/** A database driver may, for example, return numbers as strings. */
function assertRow(row: unknown): void {
  const fault = faultIn(row);
  if (fault === null) return;
  throw new SessionStoreUnavailableError(
    `remember.store returned a row that differs from the one it was given: check its ${fault}.`,
  );
}

function unavailable(error: unknown): Error {
  if (isSessionError(error)) return error;
  return new SessionStoreUnavailableError('remember.store failed; the cause of this error says why.', { cause: error });
}
