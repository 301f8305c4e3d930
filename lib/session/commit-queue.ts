/** A commit that has its turn. */
export interface Queued<Commit> {
  readonly commit: Commit;
  /** Answers this one alone, with an error; the others of its group go on without it. */
  refuse(error: unknown): void;
}

/** What is to be done to a key, once. */
class Turn<Commit> {
  #running: Promise<void> | null = null;
  #impatient: NodeJS.Timeout | undefined;

  /**
   * @param group the commits that are saved together; null: it is work that wants to be alone.
   * @param work never rejects: whoever asked for it hears of its failure.
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

  /** It is done after `ms`, if it has not had its turn before. */
  waitAtMost(ms: number): void {
    // Where the process was too busy to look, the answer that it waits for may lie there unread.
    this.#impatient = setTimeout(() => setImmediate(() => void this.run()), ms).unref();
  }
}

/** A group is no larger, so that those who came first do not wait for all who came after. */
const LARGEST_GROUP = 128;

/**
 * Lets what is done to one key in this process take place one after the other, in the order in which it was asked for. Commits
 * that wait behind something else are handed on together: of any number of writers one write is on its way, and the next one is
 * for all who came meanwhile. Keys do not wait for each other.
 *
 * Nobody waits for longer than a store takes, so nobody waits for ever, not even for itself: whatever is stuck in front, it is only
 * the turn that is lost, since the store compares versions.
 */
export class CommitQueue<Commit> {
  readonly #lines = new Map<string, Turn<Commit>[]>();

  /**
   * @param commitAll saves a group, in the order of arrival; what it rejects with is the answer to all who are not refused by then.
   * @param patience how long to wait for a turn, in ms; after that it goes ahead without one.
   */
  constructor(
    private readonly commitAll: (key: string, commits: readonly Queued<Commit>[]) => Promise<void>,
    private readonly patience: number,
  ) {}

  /** Resolves when the commit is saved, with whatever others are saved with it. */
  save(key: string, commit: Commit): Promise<void> {
    return new Promise((resolve, reject) => {
      const answerable = new Answerable(commit, resolve, reject);
      const last = this.#lines.get(key)?.at(-1);
      if (last?.group && !last.hasBegun && last.group.length < LARGEST_GROUP) last.group.push(answerable);
      else this.#enqueue(key, this.#groupOf(key, answerable));
    });
  }

  /** Runs `work` while nothing else is done to the key. */
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
