import { MemoryStore } from '../../lib/stores/memory/index.js';

/** A store that a test can let wait with reads until so many have come, so that as many requests know the same record. */
export class GatheringStore extends MemoryStore {
  #missing = 0;
  #gathered: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;

  gather(reads: number): void {
    this.#missing = reads;
    this.#gathered = new Promise((resolve) => (this.#release = resolve));
  }

  override async read(key: string): ReturnType<MemoryStore['read']> {
    const found = await super.read(key);
    if (this.#missing > 0 && --this.#missing === 0) this.#release();
    await this.#gathered;
    return found;
  }
}
