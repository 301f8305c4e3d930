import { SessionContendedError } from '../../../errors.js';
import { backOff } from '../../../session/back-off.js';
import { CommitQueue } from '../../../session/commit-queue.js';
import { NewestRecords } from '../../../session/newest-records.js';
import type { SessionStore } from '../../../stores/session-store.js';
import { OwnGroup, type OwnCommit } from './own-group.js';
import { newOrigin, recognise, settle, type Origin, type OwnPlace } from './own-origin.js';
import { encodeParts, type RecordParts } from './own-record.js';
import { type StoreCalls, withStatus } from './store-calls.js';

const maxRetries = 64;

/**
 * Saves a session while other requests may change it. The session object itself is not modified. Of requests of this process
 * that save at the same time, one writes for all.
 */
export class OwnSaver {
  readonly #newest = new NewestRecords<OwnPlace>();
  readonly #queue: CommitQueue<OwnCommit>;

  /** @param patience the longest wait for a turn, in ms */
  constructor(
    private readonly store: SessionStore,
    private readonly calls: StoreCalls,
    patience: number,
  ) {
    const group = new OwnGroup(store, calls, this.#newest, waitToRetry);
    this.#queue = new CommitQueue((key, commits) => group.commit(key, commits), patience);
  }

  /** A sequence number for a record about to be read: lower ones are older. */
  nextOrder(): number {
    return this.#newest.next();
  }

  /**
   * @param life ms from now; if it is over, the session is removed.
   * @throws SessionContendedError, SessionStoreUnavailableError
   */
  async save(origin: Origin, mine: RecordParts, life: number): Promise<void> {
    const work = (): Promise<void> => (life > 0 ? this.#write(origin, mine, life) : this.#remove(origin));
    // The previous save's caller has received its error.
    const turn = origin.turn.then(work, work);
    origin.turn = turn;
    await turn;
  }

  /** Extends the record's life to so many ms from now. False: it is absent. */
  touch(key: string, life: number): Promise<boolean> {
    return this.#queue.alone(key, () => this.calls.ask(() => this.store.touch(key, Math.ceil(life))));
  }

  delete(key: string): Promise<void> {
    return this.#queue.alone(key, async () => {
      await this.calls.ask(() => this.store.delete(key));
      this.#newest.forget(key);
    });
  }

  async #write(origin: Origin, mine: RecordParts, life: number): Promise<void> {
    if (origin.isGone) return;
    if (origin.place !== null) return this.#queue.save(origin.key, { origin, mine, life });
    return this.#queue.alone(origin.key, () => this.#replace(origin, mine, life));
  }

  /** A new session whose id is taken: the application chose the id, so the existing record is replaced. */
  async #replace(origin: Origin, { cookie, values }: RecordParts, life: number): Promise<void> {
    const { key } = origin;
    const bytes = encodeParts({ cookie, values });
    let expected: unknown = 'absent';
    for (let attempt = 0; origin.place === null; attempt++) {
      const result = await this.calls
        .ask(() => this.store.write(key, bytes, Math.ceil(life), expected))
        .catch((error: unknown) => {
          origin.inDoubt = { doubt: { bytes, hasArrived: false }, base: values };
          throw error;
        });
      const asOf = this.#newest.next();
      if ('written' in result) {
        settle(origin, values, { key, bytes, values, version: result.written, asOf });
        this.#newest.note(key, { key, bytes, values, version: result.written, asOf });
        return;
      }
      if ('conflict' in result) {
        expected = result.conflict.version;
        recognise(origin, { key, values, asOf, ...result.conflict });
      } else expected = 'absent';
      await waitToRetry(attempt);
    }
    // What a failed write has left is this session's own.
    const group = new OwnGroup(this.store, this.calls, this.#newest, waitToRetry);
    await group.commit(key, [{ commit: { origin, mine: { cookie, values }, life }, refuse: () => undefined }]);
  }

  async #remove(origin: Origin): Promise<void> {
    await this.delete(origin.key);
    Object.assign(origin, newOrigin(origin.key, null));
  }
}

/** @throws SessionContendedError */
async function waitToRetry(attempt: number): Promise<void> {
  if (attempt >= maxRetries) throw contended(attempt + 1);
  await backOff(attempt);
}

function contended(times: number): SessionContendedError {
  return withStatus(
    new SessionContendedError(
      `Other requests changed the session ${String(times)} times while this one tried to save it. Write less in parallel.`,
    ),
  );
}
