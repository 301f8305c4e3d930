import { MINUTE } from '../../config/time.js';
import { SessionStoreUnavailableError } from '../../errors.js';
import {
  type DeleteResult,
  SessionStore,
  type StepDone,
  type StoredRecord,
  type Version,
  type WriteResult,
} from '../session-store.js';
import { SharedWalk } from '../shared-walk.js';
import { clockOf, standaloneContext, type StoreContext } from '../store-context.js';
import { DiskRoom } from '../disk-room.js';
import { FolderGuard } from '../folder-guard.js';
import { Database } from './database.js';
import { unavailable, unavailableNow } from './lmdb.errors.js';
import { type LmdbLibrary, loadLmdb } from './lmdb.library.js';
import { SessionRecords } from './session-records.js';
import { vettedPlace } from './vetted-place.js';

/** @publicApi */
export interface LmdbStoreOptions {
  /**
   * A folder, or a file whose name ends in `.mdb`; created on first use. Relative to the working directory. Default:
   * `.sessions`.
   */
  readonly path?: string;
}

const pruneIntervalMs = 10 * MINUTE;

/**
 * Stores sessions in an LMDB database, for one machine: any number of its processes may share it. A read is a lock-free,
 * synchronous look into shared memory. A write resolves when it is on the disk: neither a crash nor a power failure undoes it.
 *
 * @publicApi
 */
export class LmdbStore extends SessionStore {
  private readonly path: string;
  private readonly context: StoreContext;
  private readonly guard: FolderGuard;
  private readonly room: DiskRoom;
  private readonly now: () => number;
  private library: LmdbLibrary | null = null;
  private opening: Promise<SessionRecords> | null = null;
  private database: Database | null = null;
  private records: SessionRecords | null = null;
  private timer: NodeJS.Timeout | null = null;
  private readonly pruning = new SharedWalk<number>();
  private isClosed = false;

  constructor(options: LmdbStoreOptions = {}, context: StoreContext = standaloneContext, room: DiskRoom | null = null) {
    super();
    this.path = options.path ?? '.sessions';
    this.room =
      room ??
      new DiskRoom({
        folder: this.path,
        setting: 'SESSION_LMDB_PATH (lmdb.path)',
        inside: () => this.database?.unusedBytes ?? 0,
      });
    this.context = context;
    this.guard = new FolderGuard('SESSION_LMDB_PATH (lmdb.path)', context.log);
    this.now = clockOf(context);
  }

  /**
   * Opens the database, which otherwise happens on the first call.
   *
   * @throws SessionPeerMissingError if the package `lmdb` is not installed
   * @throws SessionStoreUnavailableError if the database cannot be opened
   */
  async prepare(): Promise<void> {
    await this.guarded(() => this.opened());
  }

  override read(key: string): Promise<StoredRecord | null> {
    const { records } = this;
    if (records === null) return this.guarded(async () => (await this.opened()).read(key));
    try {
      return Promise.resolve(records.read(key));
    } catch (error) {
      return Promise.reject(unavailableNow(error, this.path));
    }
  }

  override write(
    key: string,
    bytes: Uint8Array,
    ttlMs: number,
    expected: Version | 'absent',
    owner?: string,
  ): Promise<WriteResult> {
    // A copy, since the write takes place later.
    const own = Buffer.from(bytes);
    return this.guarded(async () => {
      const records = await this.opened();
      const room = this.room.take(own.length, expected === 'absent' ? 'new' : 'change');
      if (room !== undefined) await room;
      return expected === 'absent'
        ? records.create(key, own, ttlMs, owner ?? null)
        : records.replace(key, own, ttlMs, expected);
    });
  }

  override touch(key: string, ttlMs: number): Promise<boolean> {
    return this.guarded(async () => (await this.opened()).touch(key, ttlMs));
  }

  override delete(key: string, expected?: Version): Promise<DeleteResult> {
    return this.guarded(async () => (await this.opened()).delete(key, expected));
  }

  /** The keys of the owner's sessions. */
  ownedBy(owner: string, stepDone?: StepDone): AsyncGenerator<string, void, undefined> {
    return this.listed((records) => records.ownedBy(owner, stepDone));
  }

  /** Ends all of the owner's sessions except the one under `exceptKey`, and returns how many. */
  deleteOwnedBy(owner: string, exceptKey?: string, stepDone?: StepDone): Promise<number> {
    return this.guarded(async () => (await this.opened()).deleteOwnedBy(owner, exceptKey, stepDone));
  }

  /** Removes expired sessions and returns how many. */
  prune(stepDone?: StepDone): Promise<number> {
    return this.guarded(async () => this.pruneOnce(await this.opened(), stepDone));
  }

  /** The keys of the sessions that have not expired. */
  keys(stepDone?: StepDone): AsyncGenerator<string, void, undefined> {
    return this.listed((records) => records.keys(stepDone));
  }

  /** Stops the pruning, and closes the database once pending writes are complete. */
  override async close(): Promise<void> {
    this.isClosed = true;
    // The caller that opened it receives the error.
    await this.opening?.catch(() => undefined);
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.pruning.ended();
    const { database } = this;
    this.records = null;
    this.database = null;
    await database?.close();
  }

  private async opened(): Promise<SessionRecords> {
    if (this.isClosed) throw new SessionStoreUnavailableError('The LMDB store is closed.');
    if (this.records !== null) return this.records;
    this.opening ??= this.open().finally(() => {
      this.opening = null;
    });
    return this.opening;
  }

  private async open(): Promise<SessionRecords> {
    this.library ??= await loadLmdb();
    let isSaid = false;
    this.database = await Database.open(this.library, vettedPlace(this.path, this.guard), {
      foreign: () => {
        this.context.log.warn(
          'A record in the session database was not written by this store; it counts as no session.',
        );
      },
      waitsFor: (pids) => {
        if (this.isClosed) throw new SessionStoreUnavailableError('The LMDB store is closed.');
        if (isSaid) return;
        isSaid = true;
        this.context.log.warn(
          'The session database is not open yet: it waits for another process to finish a write, process id ' +
            `${pids.join(' or ')}, which seems to hang.`,
        );
      },
    });
    await this.room.measure();
    this.records = new SessionRecords(this.database, this.now);
    this.timer ??= setInterval(() => this.pruneInBackground(), pruneIntervalMs).unref();
    return this.records;
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw await unavailable(error, this.path);
    }
  }

  private async *listed(
    list: (records: SessionRecords) => AsyncGenerator<string, void, undefined>,
  ): AsyncGenerator<string, void, undefined> {
    try {
      yield* list(await this.opened());
    } catch (error) {
      throw await unavailable(error, this.path);
    }
  }

  private pruneInBackground(): void {
    this.guarded(async () => {
      this.database?.freeReaders();
      await this.pruneOnce(await this.opened());
    }).catch((error: unknown) => {
      this.context.log.warn(
        `Expired sessions could not be removed. ${error instanceof Error ? error.message : String(error)}`,
      );
    });
  }

  /** One run at a time; concurrent callers share its result. */
  private pruneOnce(records: SessionRecords, stepDone?: StepDone): Promise<number> {
    return this.pruning.join((tell) => {
      const isCancelled = (): boolean => {
        tell();
        return this.isClosed;
      };
      return records.prune(isCancelled);
    }, stepDone);
  }
}
