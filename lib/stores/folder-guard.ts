import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { environmentOf } from '../config/environment.js';
import type { Environment } from '../config/option.js';
import { SessionConfigError } from '../errors.js';
import type { StoreLog } from './store-context.js';

/** Others than the owner may write. */
const everybodyWrites = 0o002;
const groupWrites = 0o020;
/** In such a folder nobody may move or remove what is another's. */
const sticky = 0o1000;

const root = 0;

/**
 * Sees to it that a place on disk for sessions is out of others' reach: who can put a file there, or put a place of his own in
 * its place, can make any session, that of an administrator among them.
 *
 * What everybody can reach is refused in production, and told of elsewhere. What may be meant, as with the volumes of containers,
 * is told of. On Windows, where permissions are another matter, nothing is looked at.
 */
export class FolderGuard {
  private readonly said = new Set<string>();

  /** @param setting what names the place, as messages have it */
  constructor(
    private readonly setting: string,
    private readonly log: StoreLog,
    private readonly environment: Environment = environmentOf(process.env['NODE_ENV']),
  ) {}

  /**
   * Looks at a folder.
   *
   * @returns `absent`: there is none; `common`: everybody may put something there, and nobody may touch what is another's,
   *   as in `/tmp`
   * @throws SessionConfigError in production, for one that others can reach
   */
  folder(path: string): 'absent' | 'trusted' | 'common' {
    const stats = this.look(path);
    if (stats === null) return 'absent';
    const isCommon = (stats.mode & everybodyWrites) !== 0 && (stats.mode & sticky) !== 0;
    if (stats.isSymbolicLink()) {
      this.refuse(`${path} is a link, which may lead elsewhere tomorrow. Name the folder that it leads to`);
      return 'trusted';
    }
    const owner = this.foreignOwner(stats);
    const advice = 'Name a folder of your own, or one that is not there yet: it is made for this user alone';
    if (owner !== null) {
      this.refuse(`the folder ${path} belongs to another user (uid ${owner}), who can make any session. ${advice}`);
    } else if ((stats.mode & everybodyWrites) !== 0 && !isCommon) {
      this.refuse(`everybody may write to the folder ${path}, and so make any session. ${advice}, or chmod o-w`);
    } else if (!isCommon) {
      this.tellOfVolume(path, stats);
    }
    return isCommon ? 'common' : 'trusted';
  }

  /**
   * The folder to use where `path` is named: itself, or one of this user's own below it where everybody may put something into
   * it. @throws SessionConfigError as {@link folder}
   */
  roomIn(path: string): string {
    return this.folder(path) === 'common' ? join(path, `nestjs-session-auth-${String(ownId())}`) : path;
  }

  /** Looks at a file, if it is there. @throws SessionConfigError in production, for one that others can reach */
  file(path: string): void {
    const stats = this.look(path);
    if (stats === null) return;
    const owner = this.foreignOwner(stats);
    if (owner !== null) {
      this.refuse(`the file ${path} belongs to another user (uid ${owner}), who can make any session`);
    } else if (!stats.isSymbolicLink() && (stats.mode & everybodyWrites) !== 0) {
      this.refuse(`everybody may write to the file ${path}, and so make any session. Take that away with chmod o-w`);
    }
  }

  /** Says that a file lies in a folder where everybody may put files beside it. */
  tellOfCommon(path: string): void {
    this.warn(
      `everybody may put files into the folder ${path}, beside that of the sessions. ` +
        'Name one in a folder of your own, or in one that is not there yet: it is made for this user alone.',
    );
  }

  private tellOfVolume(path: string, { uid, mode }: Stats): void {
    const reasons = [
      ...(uid === root && uid !== ownId() ? ['belongs to root'] : []),
      ...((mode & groupWrites) === 0 ? [] : ['can be written to by its group']),
    ];
    if (reasons.length === 0) return;
    this.warn(
      `the folder ${path} ${reasons.join(' and ')}: whoever else can write there can make any session. A folder below it that ` +
        'is not there yet is made for this user alone.',
    );
  }

  /** The id of an owner who is neither root nor this user. */
  private foreignOwner({ uid }: Stats): string | null {
    const own = ownId();
    return own === null || uid === own || uid === root ? null : String(uid);
  }

  /** Null: there is nothing to look at. */
  private look(path: string): Stats | null {
    if (ownId() === null) return null;
    try {
      return lstatSync(path);
    } catch {
      // Whoever uses the place meets the same, and says so.
      return null;
    }
  }

  private refuse(problem: string): void {
    if (this.environment === 'production') throw new SessionConfigError([{ setting: this.setting, problem }]);
    this.warn(`${problem}. In production this is refused.`);
  }

  private warn(problem: string): void {
    const message = `${this.setting}: ${problem}`;
    if (this.said.has(message)) return;
    this.said.add(message);
    this.log.warn(message);
  }
}

/** Null: on Windows, where users have no numbers. */
function ownId(): number | null {
  return process.geteuid?.() ?? null;
}
