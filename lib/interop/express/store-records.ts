import { SessionStoreUnavailableError } from '../../errors.js';
import { promiseOf } from './drop-in/callbacks.js';
import type { ExpressRecord } from './express-record.js';
import type { ExpressRecords } from './records.js';

/** What is needed of a store of express-session. @publicApi */
export interface ExpressStoreClient {
  get(id: string, callback: (error?: unknown, session?: unknown) => void): unknown;
  destroy(id: string, callback?: (error?: unknown) => void): unknown;
}

/**
 * The records of any store that was written for express-session, the one that the Express application has among them.
 *
 * They reject with a SessionStoreUnavailableError where the store answers with an error.
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
    // As express-session takes it: a store of files has no file for it.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    const reason = error instanceof Error ? error.message : 'it gave no reason.';
    throw new SessionStoreUnavailableError(`The store of express-session did not answer: ${reason}`, { cause: error });
  }
}
