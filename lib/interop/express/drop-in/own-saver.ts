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
 * Saves against what other requests do to the session at the same time. The object itself stays as the application has it. Of requests
 * of this process that save at the same time, one writes for all.
 */
export class OwnSaver {
  readonly #newest = new NewestRecords<OwnPlace>();
  readonly #queue: CommitQueue<OwnCommit>;

  /** @param patience how long anybody waits for a turn, in ms */
  constructor(
    private readonly store: SessionStore,
    private readonly calls: StoreCalls,
    patience: number,
  ) {
    const group = new OwnGroup(store, calls, this.#newest, waitToRetry);
    this.#queue = new CommitQueue((key, commits) => group.commit(key, commits), patience);
  }

  /** A number for a record that is about to be read: what was known before is older. */
  nextOrder(): number {
    return this.#newest.next();
  }

  /**
   * @param life ms from now; where there is none left, the session is removed.
   * @throws SessionContendedError, SessionStoreUnavailableError
   */
  async save(origin: Origin, mine: RecordParts, life: number): Promise<void> {
    const work = (): Promise<void> => (life > 0 ? this.#write(origin, mine, life) : this.#remove(origin));
    // Whoever asked for the one before has been told of its failure.
    const turn = origin.turn.then(work, work);
    origin.turn = turn;
    await turn;
  }

  /** Lets the record live for so many ms. False: it is not there. */
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

  /** A new session under an id that is taken: the application has chosen the id, and what was there is replaced. */
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
    // What a write that had failed has left is this session's own.
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
