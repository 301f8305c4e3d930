import { SessionStoreUnavailableError } from '../../errors.js';
import { promiseOf } from './drop-in/callbacks.js';
import type { ExpressRecord } from './express-record.js';
import type { ExpressRecords } from './records.js';

/** The methods of an express-session store that are needed. @publicApi */
export interface ExpressStoreClient {
  get(id: string, callback: (error?: unknown, session?: unknown) => void): unknown;
  destroy(id: string, callback?: (error?: unknown) => void): unknown;
}

/**
 * The records of any express-session store: pass the one that the Express application uses.
 *
 * They reject with a SessionStoreUnavailableError if the store reports an error.
 *
 * @publicApi
 */
export function expressStoreRecords(store: ExpressStoreClient): ExpressRecords {
  return {
    async get(id) {
      const session = await answer((done) => store.get(id, done));
      return (session ?? null) as ExpressRecord | null;
    },
    delete: (id) => answer((done) => store.destroy(id, done)),
    liveOnly: true,
  };
}

async function answer(ask: Parameters<typeof promiseOf>[0]): Promise<unknown> {
  try {
    return await promiseOf(ask);
  } catch (error) {
    // express-session does the same: a file store reports a missing file this way.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    const reason = error instanceof Error ? error.message : 'no reason given.';
    throw new SessionStoreUnavailableError(`The express-session store did not answer: ${reason}`, { cause: error });
  }
}
