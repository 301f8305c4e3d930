import type { Queued } from '../../../session/commit-queue.js';
import { mergeObjects } from '../../../session/merge.js';
import type { NewestRecords } from '../../../session/newest-records.js';
import type { SessionStore } from '../../../stores/session-store.js';
import { recognise, settle, type Origin, type OwnPlace } from './own-origin.js';
import { encodeParts, readParts, type RecordParts, type SessionValues } from './own-record.js';
import type { StoreCalls } from './store-calls.js';

/** A request's changes to a stored session. */
export interface OwnCommit {
  readonly origin: Origin;
  readonly mine: RecordParts;
  /** ms from now. */
  readonly life: number;
}

/** Saves the changes of several requests to one session in a single write, as if they had come one after the other. */
export class OwnGroup {
  constructor(
    private readonly store: SessionStore,
    private readonly calls: StoreCalls,
    private readonly newest: NewestRecords<OwnPlace>,
    private readonly waitToRetry: (attempt: number) => Promise<void>,
  ) {}

  /** @throws SessionContendedError, SessionStoreUnavailableError */
  async commit(key: string, queued: readonly Queued<OwnCommit>[]): Promise<void> {
    const commits = queued.map(({ commit }) => commit);
    const last = commits.at(-1);
    let newest = this.#newestOf(key, commits);
    for (let attempt = 0; newest !== null && last !== undefined; attempt++) {
      const values = mergeAll(newest, commits);
      const bytes = encodeParts({ cookie: last.mine.cookie, values });
      const result = await this.#write(newest, bytes, last.life, commits);
      if ('gone' in result) return this.#loseAll(key, commits);
      const asOf = this.newest.next();
      if ('written' in result) {
        const place = { key, bytes, values, version: result.written, asOf };
        this.newest.note(key, place);
        for (const { origin, mine } of commits) settle(origin, mine.values, place);
        return;
      }
      const found: OwnPlace = {
        key,
        values: valuesIn(result.conflict.bytes) ?? newest.values,
        asOf,
        ...result.conflict,
      };
      this.newest.note(key, found);
      newest = found;
      await this.waitToRetry(attempt);
    }
  }

  /** The stored state, as far as this process knows. */
  #newestOf(key: string, commits: readonly OwnCommit[]): OwnPlace | null {
    const read = commits.flatMap(({ origin }) => origin.place ?? []);
    for (const { bytes } of read) this.newest.saw(key, bytes);
    const known = this.newest.of(key, Date.now());
    const places = known === null ? read : [known, ...read];
    return places.reduce<OwnPlace | null>((one, other) => (one === null || other.asOf > one.asOf ? other : one), null);
  }

  async #write(
    newest: OwnPlace,
    bytes: Uint8Array,
    life: number,
    commits: readonly OwnCommit[],
  ): ReturnType<SessionStore['write']> {
    const { key, version } = newest;
    try {
      return await this.calls.ask(() => this.store.write(key, bytes, Math.ceil(life), version));
    } catch (error) {
      const doubt = this.newest.noteDoubt(key, newest, bytes);
      for (const { origin, mine } of commits) origin.inDoubt = { doubt, base: mine.values };
      throw error;
    }
  }

  #loseAll(key: string, commits: readonly OwnCommit[]): void {
    this.newest.forget(key);
    for (const { origin } of commits) origin.isGone = true;
  }
}

/** Merges one commit after the other into the stored state. */
function mergeAll(newest: OwnPlace, commits: readonly OwnCommit[]): SessionValues {
  let { values } = newest;
  for (const { origin, mine } of commits) {
    recognise(origin, newest);
    values = values === origin.base ? mine.values : mergeObjects(origin.base, mine.values, values, () => undefined);
  }
  return values;
}

function valuesIn(bytes: Uint8Array): SessionValues | undefined {
  return readParts(bytes)?.values;
}
