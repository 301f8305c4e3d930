import { types } from 'node:util';
import { SessionConfigError, SessionStoreUnavailableError } from '../../errors.js';
import { SerialStore } from '../serial-store.js';
import { clockOf, standaloneContext, type StoreContext } from '../store-context.js';
import { bytesOf, type Entry, parseEntry, toEntry } from './entry.js';
import { isKeyvClient, type KeyvClient, rejectsErrors } from './keyv.client.js';

/**
 * Stores sessions in anything that Keyv has an adapter for, or anything else with `get`, `set` and `delete`.
 *
 * **It cannot promise compare-and-set across processes**, since Keyv does not have it: the store reads, compares, and then
 * writes. Within one process, it serialises the operations on a key and keeps the contract. If another process writes in
 * between, the last write wins; if it deletes in between, the session is restored. Use it for one process, or if that is
 * acceptable; the other stores do not have this gap.
 *
 * @publicApi
 */
export class KeyvStore extends SerialStore<Entry> {
  private readonly now: () => number;

  /**
   * @param keyv it is used as it is, and never closed. Create a Keyv with `throwOnErrors: true`, or a failing adapter would
   *   look like an empty one.
   * @throws SessionConfigError if the store cannot use it
   */
  constructor(
    private readonly keyv: KeyvClient,
    context: StoreContext = standaloneContext,
  ) {
    super(usable(keyv));
    this.now = clockOf(context);
  }

  protected override async live(key: string): Promise<Entry | null> {
    const entry = parseEntry(await orRefuse(() => this.keyv.get(key)));
    return entry !== null && entry.expiresAt > this.now() ? entry : null;
  }

  protected override bytesOf(entry: Entry): Uint8Array {
    return bytesOf(entry);
  }

  protected override async put(key: string, bytes: Uint8Array, ttlMs: number): Promise<string> {
    const entry = toEntry(bytes, 0);
    await this.extend(key, entry, ttlMs);
    return entry.version;
  }

  protected override async extend(key: string, entry: Entry, ttlMs: number): Promise<void> {
    const dated = { ...entry, expiresAt: this.now() + ttlMs };
    const isStored = await orRefuse(() => this.keyv.set(key, dated, ttlMs));
    if (isStored === false) throw new SessionStoreUnavailableError('Keyv did not store a session, and gave no reason.');
  }

  protected override async remove(key: string): Promise<boolean> {
    // If another process was faster, nothing is left, which is what the caller wants.
    return (await orRefuse(() => this.keyv.delete(key))) !== false;
  }
}

/** @throws SessionConfigError */
function usable(keyv: KeyvClient): KeyvClient {
  if (!isKeyvClient(keyv)) throw unusable('expected a Keyv, with get, set and delete');
  if (rejectsErrors(keyv)) return keyv;
  throw unusable('expected a Keyv with throwOnErrors: true, or an adapter that fails would look like an empty one');
}

function unusable(problem: string): SessionConfigError {
  return new SessionConfigError([{ setting: 'new KeyvStore(keyv)', problem }]);
}

/** The call may be synchronous, and throw synchronously. */
async function orRefuse(call: () => unknown): Promise<unknown> {
  try {
    return await call();
  } catch (error) {
    const reason = types.isNativeError(error) ? error.message : 'the adapter gave no reason';
    throw new SessionStoreUnavailableError(`Keyv did not answer: ${reason}`, { cause: error });
  }
}
