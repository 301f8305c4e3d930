import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { environmentOf } from '../config/environment.js';
import type { Environment } from '../config/option.js';
import { SessionConfigError } from '../errors.js';
import type { StoreLog } from './store-context.js';

/** Others may write. */
const everybodyWrites = 0o002;
const groupWrites = 0o020;
/** In such a folder, only a file's owner may move or remove it. */
const sticky = 0o1000;

const root = 0;

/**
 * Checks that other users cannot access a location for sessions: anyone who can place a file there, or replace the location
 * itself, can forge any session, including an administrator's.
 *
 * World-writable locations are rejected in production, and logged elsewhere. What may be intended, as with container volumes,
 * is logged. On Windows, where permissions work differently, nothing is checked.
 */
export class FolderGuard {
  private readonly said = new Set<string>();

  /** @param setting the setting that names the path, for messages */
  constructor(
    private readonly setting: string,
    private readonly log: StoreLog,
    private readonly environment: Environment = environmentOf(process.env['NODE_ENV']),
  ) {}

  /**
   * Checks a folder.
   *
   * @returns `absent`: it does not exist; `common`: everybody may add files, but only change their own, as in `/tmp`
   * @throws SessionConfigError in production, for one that other users can access
   */
  folder(path: string): 'absent' | 'trusted' | 'common' {
    const stats = this.look(path);
    if (stats === null) return 'absent';
    const isCommon = (stats.mode & everybodyWrites) !== 0 && (stats.mode & sticky) !== 0;
    if (stats.isSymbolicLink()) {
      this.refuse(`${path} is a symbolic link, whose target may change. Name the target folder itself`);
      return 'trusted';
    }
    const owner = this.foreignOwner(stats);
    const advice = 'Name a folder of your own, or one that does not exist: it will be created for this user only';
    if (owner !== null) {
      this.refuse(`the folder ${path} belongs to another user (uid ${owner}), who can forge any session. ${advice}`);
    } else if ((stats.mode & everybodyWrites) !== 0 && !isCommon) {
      this.refuse(`everybody may write to the folder ${path}, and so forge any session. ${advice}, or chmod o-w`);
    } else if (!isCommon) {
      this.tellOfVolume(path, stats);
    }
    return isCommon ? 'common' : 'trusted';
  }

  /**
   * The folder to use for `path`: itself, or a private subfolder of this user if everybody may add files to it. @throws
   * SessionConfigError as {@link folder}
   */
  roomIn(path: string): string {
    return this.folder(path) === 'common' ? join(path, `nestjs-session-auth-${String(ownId())}`) : path;
  }

  /** Checks a file, if it exists. @throws SessionConfigError in production, for one that other users can access */
  file(path: string): void {
    const stats = this.look(path);
    if (stats === null) return;
    const owner = this.foreignOwner(stats);
    if (owner !== null) {
      this.refuse(`the file ${path} belongs to another user (uid ${owner}), who can forge any session`);
    } else if (!stats.isSymbolicLink() && (stats.mode & everybodyWrites) !== 0) {
      this.refuse(
        `everybody may write to the file ${path}, and so forge any session. Remove that permission with chmod o-w`,
      );
    }
  }

  /** Logs that a file is in a folder where everybody may put files beside it. */
  tellOfCommon(path: string): void {
    this.warn(
      `everybody may put files into the folder ${path}, beside the session file. ` +
        'Name a file in a folder of your own, or in one that does not exist: it will be created for this user only.',
    );
  }

  private tellOfVolume(path: string, { uid, mode }: Stats): void {
    const reasons = [
      ...(uid === root && uid !== ownId() ? ['belongs to root'] : []),
      ...((mode & groupWrites) === 0 ? [] : ['can be written to by its group']),
    ];
    if (reasons.length === 0) return;
    this.warn(
      `the folder ${path} ${reasons.join(' and ')}: anyone else who can write there can forge any session. A subfolder that ` +
        'does not exist will be created for this user only.',
    );
  }

  /** The id of an owner who is neither root nor this user. */
  private foreignOwner({ uid }: Stats): string | null {
    const own = ownId();
    return own === null || uid === own || uid === root ? null : String(uid);
  }

  /** Null: nothing to check. */
  private look(path: string): Stats | null {
    if (ownId() === null) return null;
    try {
      return lstatSync(path);
    } catch {
      // Using the path will report the same error.
      return null;
    }
  }

  private refuse(problem: string): void {
    if (this.environment === 'production') throw new SessionConfigError([{ setting: this.setting, problem }]);
    this.warn(`${problem}. This is rejected in production.`);
  }

  private warn(problem: string): void {
    const message = `${this.setting}: ${problem}`;
    if (this.said.has(message)) return;
    this.said.add(message);
    this.log.warn(message);
  }
}

/** Null: on Windows, which has no numeric user ids. */
function ownId(): number | null {
  return process.geteuid?.() ?? null;
}
