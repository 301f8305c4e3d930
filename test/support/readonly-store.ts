import { SessionStoreUnavailableError } from '../../lib/errors.js';
import { MemoryStore } from '../../lib/stores/memory/index.js';

/** A store that can be read and, while it is read-only, neither written to nor deleted from, such as a replica. */
export class ReadonlyStore extends MemoryStore {
  isReadonly = false;

  override write(...parameters: Parameters<MemoryStore['write']>): ReturnType<MemoryStore['write']> {
    return this.#unlessReadonly(() => super.write(...parameters));
  }

  override touch(...parameters: Parameters<MemoryStore['touch']>): ReturnType<MemoryStore['touch']> {
    return this.#unlessReadonly(() => super.touch(...parameters));
  }

  override delete(...parameters: Parameters<MemoryStore['delete']>): ReturnType<MemoryStore['delete']> {
    return this.#unlessReadonly(() => super.delete(...parameters));
  }

  #unlessReadonly<Result>(change: () => Promise<Result>): Promise<Result> {
    if (!this.isReadonly) return change();
    return Promise.reject(new SessionStoreUnavailableError('This store is read-only.'));
  }
}
