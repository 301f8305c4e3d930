import { types } from 'node:util';
import { SessionPeerMissingError } from '../errors.js';

/**
 * Loads a store's client library, an optional peer dependency of this package.
 *
 * @param load the literal `import()`, so that bundlers see it
 * @throws SessionPeerMissingError if the library is not installed; it names the npm command
 */
export async function importPeer<Module>(
  packageName: string,
  neededFor: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if (isMissing(error, packageName)) throw new SessionPeerMissingError(packageName, neededFor, { cause: error });
    throw error;
  }
}

/** Whether this package itself was not found, rather than one of its own dependencies. */
function isMissing(error: unknown, packageName: string): boolean {
  if (!types.isNativeError(error) || !('code' in error)) return false;
  const isNotFound = error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND';
  return isNotFound && error.message.includes(`'${packageName}'`);
}
