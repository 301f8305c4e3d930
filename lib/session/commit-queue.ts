/** A commit whose turn has come. */
export interface Queued<Commit> {
  readonly commit: Commit;
  /** Rejects only this commit; the others of its group proceed. */
  refuse(error: unknown): void;
}

/** One operation on a key. */
class Turn<Commit> {
  #running: Promise<void> | null = null;
  #impatient: NodeJS.Timeout | undefined;

  /**
   * @param group the commits that are saved together; null: work that must run alone.
   * @param work never rejects: its caller receives the error.
   */
  constructor(
    readonly group: Answerable<Commit>[] | null,
    private readonly work: () => Promise<void>,
  ) {}

  get hasBegun(): boolean {
    return this.#running !== null;
  }

  run(): Promise<void> {
    clearTimeout(this.#impatient);
    return (this.#running ??= this.work());
  }

  /** Runs it after `ms`, if its turn has not come before. */
  waitAtMost(ms: number): void {
    // If the process was too busy, the reply that it waits for may be waiting unread.
    this.#impatient = setTimeout(() => setImmediate(() => void this.run()), ms).unref();
  }
}

/** Limits a group, so that early commits do not wait for all later ones. */
const LARGEST_GROUP = 128;

/**
 * Serialises the operations on one key within this process, in the order of the calls. Commits that queue up are handed over
 * together: of any number of writers, one write is in flight, and the next one is for all that arrived in the meantime. Keys do
 * not wait for each other.
 *
 * No operation waits longer than a store call may take, so none waits for ever, not even for itself: if one hangs, only the
 * order is lost, since the store compares versions.
 */
export class CommitQueue<Commit> {
  readonly #lines = new Map<string, Turn<Commit>[]>();

  /**
   * @param commitAll saves a group, in order of arrival; its rejection applies to all commits not refused by then.
   * @param patience how long to wait for a turn, in ms; after that it proceeds without one.
   */
  constructor(
    private readonly commitAll: (key: string, commits: readonly Queued<Commit>[]) => Promise<void>,
    private readonly patience: number,
  ) {}

  /** Resolves when the commit is saved, together with its group. */
  save(key: string, commit: Commit): Promise<void> {
    return new Promise((resolve, reject) => {
      const answerable = new Answerable(commit, resolve, reject);
      const last = this.#lines.get(key)?.at(-1);
      if (last?.group && !last.hasBegun && last.group.length < LARGEST_GROUP) last.group.push(answerable);
      else this.#enqueue(key, this.#groupOf(key, answerable));
    });
  }

  /** Runs `work` while no other operation on the key is running. */
  alone<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#enqueue(key, new Turn<Commit>(null, () => settled(work, resolve, reject)));
    });
  }

  #groupOf(key: string, first: Answerable<Commit>): Turn<Commit> {
    const group = [first];
    return new Turn(group, async () => {
      try {
        await this.commitAll(key, group);
        for (const one of group) one.resolve();
      } catch (error) {
        for (const one of group) one.refuse(error);
      }
    });
  }

  #enqueue(key: string, turn: Turn<Commit>): void {
    const line = this.#lines.get(key);
    if (line === undefined) {
      const own = [turn];
      this.#lines.set(key, own);
      void this.#work(key, own);
      return;
    }
    line.push(turn);
    turn.waitAtMost(this.patience);
  }

  async #work(key: string, line: Turn<Commit>[]): Promise<void> {
    for (let turn = line.shift(); turn !== undefined; turn = line.shift()) await turn.run();
    this.#lines.delete(key);
  }
}

class Answerable<Commit> implements Queued<Commit> {
  constructor(
    readonly commit: Commit,
    readonly resolve: () => void,
    readonly refuse: (error: unknown) => void,
  ) {}
}

async function settled<Result>(
  work: () => Promise<Result>,
  resolve: (result: Result) => void,
  reject: (error: unknown) => void,
): Promise<void> {
  try {
    resolve(await work());
  } catch (error) {
    reject(error);
  }
}
