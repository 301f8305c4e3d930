import { createHash, randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, open, opendir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FolderGuard } from '../folder-guard.js';
import { errnoOf } from '../system-errors.js';
import { decode, decodeHead, encode, type SessionFile, type SessionFileHead, usualHeadSize } from './session-file.js';

/** The meaning of a name in the folder. */
export interface FolderEntry {
  readonly kind: 'record' | 'lock' | 'temporary';
  readonly path: string;
}

const suffixes = [
  ['.session', 'record'],
  ['.lock', 'lock'],
  ['.break', 'lock'],
  ['.tmp', 'temporary'],
] as const;

/** The folder of the session files: where the file of a key is, and how files are read and replaced atomically. */
export class SessionFolder {
  readonly dir: string;
  private isVetted = false;

  /** @throws SessionConfigError in production, for a folder that other users can access */
  constructor(
    dir: string,
    private readonly mode: number,
    private readonly guard: FolderGuard,
    /** Called for a truncated or foreign file in a record's place. */
    private readonly onBroken: () => void,
  ) {
    this.dir = guard.roomIn(resolve(dir));
  }

  /** Checks once that other users cannot access the folder. @throws SessionConfigError */
  vet(): void {
    if (!this.isVetted) this.isVetted = this.guard.folder(this.dir) !== 'absent';
  }

  /**
   * The name of a key's or an owner's file, without an extension: a hash, in hex. So whatever the key contains, the name stays
   * within the folder, and works on case-insensitive file systems.
   */
  nameOf(key: string): string {
    return createHash('sha256').update(key, 'utf8').digest('hex');
  }

  recordOf(key: string): string {
    return this.recordAt(this.nameOf(key));
  }

  lockOf(key: string): string {
    return this.lockAt(this.nameOf(key));
  }

  recordAt(name: string): string {
    return join(this.dir, `${name}.session`);
  }

  lockAt(name: string): string {
    return join(this.dir, `${name}.lock`);
  }

  /** Creates the folder if it is missing, accessible to this user only. */
  async make(): Promise<void> {
    await mkdir(this.dir, { recursive: true, mode: 0o700 });
    this.isVetted = false;
    this.vet();
  }

  /** The key's file, or `null` if it is missing, truncated or foreign. */
  async read(key: string): Promise<SessionFile | null> {
    const encoded = await orNull(readFile(this.recordOf(key)));
    if (encoded === null) return null;
    const file = decode(encoded);
    if (file?.key === key) return file;
    this.onBroken();
    return null;
  }

  /** The head of a record's file; `null` as for {@link read}. */
  async readHead(path: string): Promise<SessionFileHead | null> {
    const handle = await orNull(open(path));
    if (handle === null) return null;
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(usualHeadSize), 0, usualHeadSize, 0);
      const head = decodeHead(buffer.subarray(0, bytesRead));
      return head === null && bytesRead === usualHeadSize ? decodeHead(await handle.readFile()) : head;
    } finally {
      await handle.close();
    }
  }

  /**
   * Replaces the current file with `file` atomically: a reader sees the old one or the new one, and a crash in between leaves
   * the old one.
   */
  async replace(file: SessionFile): Promise<void> {
    const temporary = join(this.dir, `${this.nameOf(file.key)}.${randomBytes(6).toString('hex')}.tmp`);
    try {
      await writeFile(temporary, encode(file), { flag: 'wx', mode: this.mode });
      // If the mode admits others, the process's umask must not exclude them.
      if ((this.mode & 0o077) !== 0) await chmod(temporary, this.mode);
      await rename(temporary, this.recordOf(file.key));
    } catch (error) {
      // If it cannot be removed now, pruning does so later. Report the first error.
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  /** Milliseconds since the file was written, or `null` if there is none. */
  async age(path: string): Promise<number | null> {
    const stats = await orNull(lstat(path));
    return stats === null ? null : Date.now() - stats.mtimeMs;
  }

  /** The store's own files in the folder, by name. */
  async *entries(): AsyncGenerator<FolderEntry, void, undefined> {
    const folder = await orNull(opendir(this.dir));
    if (folder === null) return;
    for await (const { name } of folder) {
      if (!/^[0-9a-f]{64}\./.test(name)) continue;
      const kind = suffixes.find(([suffix]) => name.endsWith(suffix))?.[1];
      if (kind !== undefined) yield { kind, path: join(this.dir, name) };
    }
  }
}

/** `null` if it does not exist. */
export async function orNull<T>(result: Promise<T>): Promise<T | null> {
  try {
    return await result;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}
