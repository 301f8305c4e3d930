/** Lets work on one key take place one after the other, in the order in which it was asked for. Keys do not wait for each other. */
export class KeyQueue {
  private readonly last = new Map<string, Promise<unknown>>();

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    // What went before has been answered to whoever asked for it, also where it failed.
    const turn = (this.last.get(key) ?? Promise.resolve()).then(work, work);
    this.last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.last.get(key) === turn) this.last.delete(key);
    }
  }
}
