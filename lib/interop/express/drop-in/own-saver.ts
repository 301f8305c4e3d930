import { SessionContendedError } from '../../../errors.js';
import { backOff } from '../../../session/back-off.js';
import { mergeObjects } from '../../../session/merge.js';
import type { SessionStore, StoredRecord, Version } from '../../../stores/session-store.js';
import { encodeParts, readParts, type RecordParts, type SessionValues } from './own-record.js';
import { type StoreCalls, withStatus } from './store-calls.js';

/** What the session object of a request has to do with what is stored. */
export interface Origin {
  readonly key: string;
  version: Version | 'absent';
  /** What the object held when it was read, or saved last. */
  base: SessionValues;
  /** What was stored then: beside that, what other requests have made of it. */
  stored: SessionValues;
  /** Another request has ended the session. */
  isGone: boolean;
  /** A write that has failed, and may have arrived nevertheless. */
  inDoubt: Written | null;
  /** Saves of one object take place one after the other. */
  turn: Promise<unknown>;
}

interface Written extends Pick<Origin, 'base' | 'stored'> {
  readonly bytes: Uint8Array;
}

const maxRetries = 64;

export function newOrigin(key: string, version: Version | 'absent', values: SessionValues): Origin {
  return { key, version, base: values, stored: values, isGone: false, inDoubt: null, turn: Promise.resolve() };
}

/** Saves against what other requests do to the session at the same time. The object itself stays as the application has it. */
export class OwnSaver {
  constructor(
    private readonly store: SessionStore,
    private readonly calls: StoreCalls,
  ) {}

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

  async #write(origin: Origin, mine: RecordParts, life: number): Promise<void> {
    // A new session under an id that is taken: the application has chosen the id, and what was there is replaced.
    const replaces = origin.version === 'absent';
    for (let attempt = 0; !origin.isGone; attempt++) {
      const written = this.#mergedOf(origin, mine);
      const result = await this.#tryWrite(origin, written, life);
      if ('written' in result) {
        settle(origin, written, result.written);
        return;
      }
      if ('gone' in result) {
        if (replaces) origin.version = 'absent';
        else origin.isGone = true;
      } else if (!recognise(origin, result.conflict)) {
        if (!replaces) origin.stored = readParts(result.conflict.bytes)?.values ?? origin.stored;
        origin.version = result.conflict.version;
      }
      if (attempt >= maxRetries) throw contended(attempt + 1);
      await backOff(attempt);
    }
  }

  #mergedOf({ base, stored }: Origin, { cookie, values }: RecordParts): Written {
    const merged = base === stored ? values : mergeObjects(base, values, stored, () => undefined);
    return { base: values, stored: merged, bytes: encodeParts({ cookie, values: merged }) };
  }

  async #tryWrite(origin: Origin, written: Written, life: number): ReturnType<SessionStore['write']> {
    try {
      return await this.calls.ask(() => this.store.write(origin.key, written.bytes, Math.ceil(life), origin.version));
    } catch (error) {
      origin.inDoubt = written;
      throw error;
    }
  }

  async #remove(origin: Origin): Promise<void> {
    await this.calls.ask(() => this.store.delete(origin.key));
    Object.assign(origin, newOrigin(origin.key, 'absent', {}));
  }
}

function settle(origin: Origin, { base, stored }: Pick<Written, 'base' | 'stored'>, version: Version): void {
  Object.assign(origin, { base, stored, version, inDoubt: null });
}

/** Whether what is there now is what this object wrote, by a write that failed and arrived nevertheless. */
function recognise(origin: Origin, { bytes, version }: StoredRecord): boolean {
  const { inDoubt } = origin;
  if (inDoubt === null || Buffer.compare(inDoubt.bytes, bytes) !== 0) return false;
  settle(origin, inDoubt, version);
  return true;
}

function contended(times: number): SessionContendedError {
  return withStatus(
    new SessionContendedError(
      `Other requests changed the session ${String(times)} times while this one tried to save it. Write less in parallel.`,
    ),
  );
}
