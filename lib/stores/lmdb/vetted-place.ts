import { mkdirSync } from 'node:fs';
import type { FolderGuard } from '../folder-guard.js';
import { dataFileAt } from './data-file.js';

/**
 * The path to use for the database, checked before LMDB maps a file there into memory. A missing folder is created, accessible
 * to this user only.
 *
 * @throws SessionConfigError in production, for a path that other users can access
 */
export function vettedPlace(path: string, guard: FolderGuard): string {
  const named = dataFileAt(path);
  const place = named.isFile ? named : dataFileAt(guard.roomIn(named.folder));
  mkdirSync(place.folder, { recursive: true, mode: 0o700 });
  if (guard.folder(place.folder) === 'common') guard.tellOfCommon(place.folder);
  for (const file of [place.file, place.lock, ...place.turnFiles]) guard.file(file);
  return place.path;
}
