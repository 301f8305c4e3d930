/** A place where a handler waits until the test lets it go on, and where the test sees it arrive. */
export class Checkpoint {
  readonly reached: Promise<void>;
  #arrive: () => void = () => undefined;
  #open: () => void = () => undefined;
  readonly #opened: Promise<void>;

  constructor() {
    this.reached = new Promise((resolve) => (this.#arrive = resolve));
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  /** For the one that is held. */
  async pass(): Promise<void> {
    this.#arrive();
    await this.#opened;
  }

  release(): void {
    this.#open();
  }
}

/** Checkpoints by name, so that a request can say in its path at which one it is to wait. */
export class Checkpoints {
  readonly #byName = new Map<string, Checkpoint>();

  at(name: string): Checkpoint {
    let checkpoint = this.#byName.get(name);
    if (checkpoint === undefined) this.#byName.set(name, (checkpoint = new Checkpoint()));
    return checkpoint;
  }

  /** A name that nobody has used yet, with its checkpoint. */
  next(): { readonly name: string; readonly checkpoint: Checkpoint } {
    const name = `checkpoint-${String(this.#byName.size + 1)}`;
    return { name, checkpoint: this.at(name) };
  }
}
