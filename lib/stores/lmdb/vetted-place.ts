import { mkdirSync } from 'node:fs';
import type { FolderGuard } from '../folder-guard.js';
import { dataFileAt } from './data-file.js';

/**
 * The place of the database where `path` is named, looked at before LMDB maps what lies there into memory. A folder that is not
 * there is made, for nobody but this user.
 *
 * @throws SessionConfigError in production, for a place that others can reach
 */
export function vettedPlace(path: string, guard: FolderGuard): string {
  const named = dataFileAt(path);
  const place = named.isFile ? named : dataFileAt(guard.roomIn(named.folder));
  mkdirSync(place.folder, { recursive: true, mode: 0o700 });
  if (guard.folder(place.folder) === 'common') guard.tellOfCommon(place.folder);
  for (const file of [place.file, place.lock, ...place.turnFiles]) guard.file(file);
  return place.path;
}
