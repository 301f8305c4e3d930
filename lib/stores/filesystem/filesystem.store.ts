import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { MINUTE } from '../../config/time.js';
import {
  type DeleteResult,
  type Owned,
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
import { errnoOf } from '../system-errors.js';
import { unavailable } from './filesystem.errors.js';
import { withLock } from './file-lock.js';
import { OwnerIndex } from './owner-index.js';
import { prune, type PruneResult } from './pruner.js';
import type { SessionFile } from './session-file.js';
import { SessionFolder } from './session-folder.js';

/** @publicApi */
export interface FilesystemStoreOptions {
  /** The folder, created on first use. Relative to the working directory. Default: `.sessions`. */
  readonly dir?: string;
  /** The permissions of a session's file. Default: `0o600`. */
  readonly mode?: number;
  /**
   * How many session files may exist before expired ones are removed at once, in addition to every few minutes. Live sessions
   * are never removed. Default: 0, no limit.
   */
  readonly threshold?: number;
}

/** Why a file was not changed: it is absent, or another caller changed it. */
type Refusal = { readonly conflict: StoredRecord } | null;

const pruneIntervalMs = 10 * MINUTE;
const setting = 'SESSION_FILE_DIR (filesystem.dir)';

/**
 * Stores each session in its own file, for one machine: any number of its processes may share the folder. Reads take no lock.
 * Files are not flushed to disk one by one: a power failure may lose the last seconds of sessions, but what is read afterwards
 * is complete.
 *
 * A file that is truncated, or that this store did not write, counts as absent, which is logged.
 *
 * @publicApi
 */
export class FilesystemStore extends SessionStore implements Owned {
  private readonly folder: SessionFolder;
  private readonly room: DiskRoom;
  private readonly owners: OwnerIndex;
  private readonly threshold: number;
  private readonly context: StoreContext;
  private readonly now: () => number;
  private timer: NodeJS.Timeout | null = null;
  private readonly pruning = new SharedWalk<PruneResult>();
  private isClosed = false;
  private live = 0;
  private createdSince = 0;

  /** @throws SessionConfigError in production, for a folder that other users can write to */
  constructor(
    options: FilesystemStoreOptions = {},
    context: StoreContext = standaloneContext,
    room: DiskRoom | null = null,
  ) {
    super();
    const guard = new FolderGuard(setting, context.log);
    const dir = options.dir ?? '.sessions';
    this.room = room ?? new DiskRoom({ folder: dir, setting });
    this.folder = new SessionFolder(dir, options.mode ?? 0o600, guard, () => {
      context.log.warn('A session file is truncated or was not written by this store; it counts as no session.');
    });
    this.owners = new OwnerIndex(this.folder);
    this.threshold = options.threshold ?? 0;
    this.context = context;
    this.now = clockOf(context);
  }

  /** Creates the folder, which is otherwise created on the first write. @throws SessionStoreUnavailableError */
  prepare(): Promise<void> {
    return this.guarded(() => this.folder.make());
  }

  override read(key: string): Promise<StoredRecord | null> {
    return this.guarded(async () => {
      const file = await this.readLive(key);
      return file === null ? null : toRecord(file);
    });
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
      const room = this.room.take(own.length, expected === 'absent' ? 'new' : 'change');
      if (room !== undefined) await room;
      return expected === 'absent' ? this.create(key, own, ttlMs, owner) : this.replace(key, own, ttlMs, expected);
    });
  }

  override touch(key: string, ttlMs: number): Promise<boolean> {
    return this.guarded(async () => {
      const result = await this.change<true>(key, undefined, async (file) => {
        await this.folder.replace({ ...file, expiresAt: this.now() + ttlMs });
        return true;
      });
      return result === true;
    });
  }

  override delete(key: string, expected?: Version): Promise<DeleteResult> {
    return this.guarded(async () => {
      const result = await this.change<'deleted'>(key, expected, async () => {
        await rm(this.folder.recordOf(key), { force: true });
        return 'deleted';
      });
      return result ?? 'absent';
    });
  }

  /** Removes expired sessions and returns how many. */
  prune(stepDone?: StepDone): Promise<number> {
    return this.guarded(async () => (await this.pruneOnce(stepDone)).removed);
  }

  /** The keys of the sessions that have not expired. */
  async *keys(stepDone?: StepDone): AsyncGenerator<string, void, undefined> {
    try {
      this.folder.vet();
      for await (const { kind, path } of this.folder.entries()) {
        stepDone?.();
        if (kind !== 'record') continue;
        const head = await this.folder.readHead(path);
        if (head !== null && head.expiresAt > this.now()) yield head.key;
      }
    } catch (error) {
      throw unavailable(error, this.folder.dir);
    }
  }

  /** The keys of the owner's sessions that have not expired. */
  async *ownedBy(owner: string, stepDone?: StepDone): AsyncGenerator<string, void, undefined> {
    try {
      this.folder.vet();
      yield* this.owners.keysOf(owner, this.now, stepDone);
    } catch (error) {
      throw unavailable(error, this.folder.dir);
    }
  }

  /** Removes all of the owner's sessions except the one under `exceptKey`, and returns how many. */
  deleteOwnedBy(owner: string, exceptKey?: string, stepDone?: StepDone): Promise<number> {
    return this.guarded(() => this.owners.removeAll(owner, exceptKey, this.now, stepDone));
  }

  /** Stops the pruning. */
  override async close(): Promise<void> {
    this.isClosed = true;
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.pruning.ended();
  }

  private async create(key: string, bytes: Uint8Array, ttlMs: number, owner: string | undefined): Promise<WriteResult> {
    const result = await this.inFolder(async () => {
      const entry = owner === undefined ? null : await this.owners.add(owner, key);
      return withLock<WriteResult>(this.folder.lockOf(key), async () => {
        const file = await this.readLive(key);
        if (file !== null) {
          if (entry !== null) await rm(entry, { force: true });
          return { conflict: toRecord(file) };
        }
        // The entry is gone, so all of the owner's records are being ended; without it, the record would have no owner.
        if (entry !== null && (await this.folder.age(entry)) === null) return { gone: true };
        return this.put(key, bytes, ttlMs);
      });
    });
    if ('written' in result) this.countCreated();
    return result;
  }

  private async replace(key: string, bytes: Uint8Array, ttlMs: number, expected: Version): Promise<WriteResult> {
    const result = await this.change<WriteResult>(key, expected, () => this.put(key, bytes, ttlMs));
    return result ?? { gone: true };
  }

  private async put(key: string, bytes: Uint8Array, ttlMs: number): Promise<WriteResult> {
    // Random rather than counted, so that a record that is deleted and created again never gets an old version.
    const version = randomBytes(16).toString('hex');
    await this.folder.replace({ key, bytes, version, expiresAt: this.now() + ttlMs });
    return { written: version };
  }

  /** Runs `work` on the live file of `key` under its lock, if it still has the expected version, if any. */
  private async change<T>(
    key: string,
    expected: Version | undefined,
    work: (file: SessionFile) => Promise<T>,
  ): Promise<T | Refusal> {
    // Checked without the lock first. An absent or newer record needs none, and under contention nearly every result is one of
    // these.
    const glance = await this.check(key, expected);
    if (!isFile(glance)) return glance;
    return withLock(this.folder.lockOf(key), async () => {
      const file = await this.check(key, expected);
      return isFile(file) ? work(file) : file;
    });
  }

  private async check(key: string, expected: Version | undefined): Promise<SessionFile | Refusal> {
    const file = await this.readLive(key);
    if (file === null || expected === undefined || file.version === expected) return file;
    return { conflict: toRecord(file) };
  }

  private async readLive(key: string): Promise<SessionFile | null> {
    const file = await this.folder.read(key);
    return file === null || file.expiresAt <= this.now() ? null : file;
  }

  /** Runs `work`, and once more if the folder had to be created first: at the beginning, or because it was removed. */
  private async inFolder<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      await this.folder.make();
      return await work();
    }
  }

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      this.folder.vet();
      return await work();
    } catch (error) {
      throw unavailable(error, this.folder.dir);
    }
  }

  private countCreated(): void {
    if (this.isClosed) return;
    this.timer ??= setInterval(() => this.pruneInBackground(), pruneIntervalMs).unref();
    this.createdSince++;
    // If a run left more than the threshold alive, the next one waits until it is worthwhile.
    const isOver = this.threshold > 0 && this.live + this.createdSince > this.threshold;
    if (isOver && this.createdSince > this.threshold / 10) this.pruneInBackground();
  }

  private pruneInBackground(): void {
    this.pruneOnce().catch((error: unknown) => {
      this.context.log.warn(
        `Expired session files could not be removed. ${unavailable(error, this.folder.dir).message}`,
      );
    });
  }

  /** One run at a time; concurrent callers share its result. */
  private pruneOnce(stepDone?: StepDone): Promise<PruneResult> {
    return this.pruning.join((tell) => this.walk(tell), stepDone);
  }

  private async walk(stepDone: StepDone): Promise<PruneResult> {
    this.createdSince = 0;
    const isCancelled = (): boolean => {
      stepDone();
      return this.isClosed;
    };
    const result = await prune(this.folder, this.now, isCancelled);
    this.live = result.live;
    await this.owners.prune(isCancelled);
    return result;
  }
}

function isFile(found: SessionFile | Refusal): found is SessionFile {
  return found !== null && 'bytes' in found;
}

function toRecord(file: SessionFile): StoredRecord {
  return { bytes: file.bytes, version: file.version };
}
