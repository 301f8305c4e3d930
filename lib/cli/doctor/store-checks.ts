import { randomBytes } from 'node:crypto';
import { MINUTE } from '../../config/time.js';
import { ownerKey } from '../../session/session-id.js';
import { isAtomic, isExaminable, isOwned, type Finding, type SessionStore } from '../../stores/session-store.js';

/** How long what the checks have written lives at most, in ms, if they are interrupted. */
const KEPT_FOR = MINUTE;

/** A step whose result was not what the contract promises. */
class BrokenPromise extends Error {}

/** Whether a store answers, does what its contract promises, and runs on a server that is fit for it. */
export async function checkStore(name: string, store: SessionStore, keyPrefix: string): Promise<Finding[]> {
  const found = [await finding('store', () => reach(name, store, keyPrefix))];
  if (found.some(({ status }) => status === 'failed')) return found;
  // It keeps nothing, as chosen.
  if (name === 'null') return found;
  found.push(await finding('records', () => tryRecords(store, keyPrefix)));
  if (!isAtomic(store)) {
    const text = 'this store cannot compare and set: processes that write to one session at once may lose updates';
    found.push({ check: 'records', status: 'warning', text });
  }
  found.push(await checkOwners(store, keyPrefix));
  if (isExaminable(store)) {
    const examined = await store.examine().catch((error: unknown) => [failure('server', error)]);
    found.push(...examined);
  }
  return found;
}

async function finding(check: string, work: () => Promise<string>): Promise<Finding> {
  try {
    return { check, status: 'ok', text: await work() };
  } catch (error) {
    return failure(check, error);
  }
}

function failure(check: string, error: unknown): Finding {
  return { check, status: 'failed', text: error instanceof Error ? error.message : String(error) };
}

async function reach(name: string, store: SessionStore, keyPrefix: string): Promise<string> {
  await store.read(`${keyPrefix}probe`);
  // The first call also connects.
  const start = performance.now();
  await store.read(`${keyPrefix}probe`);
  return `${name} answers in ${(performance.now() - start).toFixed(1)} ms`;
}

/** Writes, reads, changes and deletes a record of its own. */
async function tryRecords(store: SessionStore, keyPrefix: string): Promise<string> {
  const [first, second] = [Buffer.from('first'), Buffer.from('second')];
  return withProbe(store, keyPrefix, async (key) => {
    const created = await store.write(key, first, KEPT_FOR, 'absent');
    if (!('written' in created)) throw new BrokenPromise('a new record could not be written');
    const read = await store.read(key);
    if (read === null || !first.equals(read.bytes)) {
      throw new BrokenPromise(
        'a record that was just written is not read: is this a replica, or a cache that evicts it at once?',
      );
    }
    const again = await store.write(key, second, KEPT_FOR, 'absent');
    if (!('conflict' in again)) throw new BrokenPromise('a record that exists was created again');
    const changed = await store.write(key, second, KEPT_FOR, read.version);
    if (!('written' in changed)) throw new BrokenPromise('a record could not be changed');
    const late = await store.write(key, first, KEPT_FOR, read.version);
    if (!('conflict' in late)) {
      throw new BrokenPromise('a write against a former version was accepted: updates would be lost');
    }
    if (!(await store.touch(key, KEPT_FOR))) throw new BrokenPromise('the life of a record could not be extended');
    if ((await store.delete(key)) !== 'deleted') throw new BrokenPromise('a record could not be deleted');
    const zombie = await store.write(key, second, KEPT_FOR, changed.written);
    if (!('gone' in zombie)) {
      throw new BrokenPromise('a record that was deleted came back: sessions would outlive a logout');
    }
    return 'records are written, read, compared, extended and deleted';
  });
}

async function checkOwners(store: SessionStore, keyPrefix: string): Promise<Finding> {
  const check = 'owner index';
  if (!isOwned(store)) {
    const text =
      'this store has none: AuthService cannot list or end the sessions of a user, except for those of everybody (logoutAllUsers)';
    return { check, status: 'warning', text };
  }
  const owner = ownerKey(keyPrefix, 'doctor', randomBytes(16).toString('base64url'));
  return finding(check, () =>
    withProbe(store, keyPrefix, async (key) => {
      await store.write(key, Buffer.from('owned'), KEPT_FOR, 'absent', owner);
      const listed: string[] = [];
      for await (const each of store.ownedBy(owner)) listed.push(each);
      if (!listed.includes(key)) throw new BrokenPromise('a record is not listed for its owner');
      if ((await store.deleteOwnedBy(owner)) !== 1) {
        throw new BrokenPromise('the records of an owner could not be deleted');
      }
      if ((await store.read(key)) !== null) throw new BrokenPromise('a record of a deleted owner is still read');
      return 'the records of a user are listed and deleted';
    }),
  );
}

/** Runs `work` with the key of a record of its own, and removes that. */
async function withProbe(
  store: SessionStore,
  keyPrefix: string,
  work: (key: string) => Promise<string>,
): Promise<string> {
  const key = probeKey(keyPrefix);
  try {
    return await work(key);
  } catch (error) {
    // Expires anyway, and the first error says more than that of a second attempt.
    await store.delete(key).catch(() => undefined);
    throw error;
  }
}

/** Not of the form of a session's key, which is a hash. */
function probeKey(keyPrefix: string): string {
  return `${keyPrefix}doctor:${randomBytes(16).toString('base64url')}`;
}
