/** Preloaded by the program of the walks: what the functions of `lib/` call, and who called them. */
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { relative } from 'node:path';
import { root } from '../../../scripts/paths.mjs';

register('./traced-source.mjs', import.meta.url);

let calls = null;

globalThis.noteCall = (file, name) => {
  if (calls !== null) calls.push({ file, name, from: callerOf(globalThis.noteCall) });
};

/** Records what is called until the returned function says that it is enough. */
globalThis.recordCalls = () => {
  const own = (calls = []);
  return () => {
    calls = null;
    return own;
  };
};

globalThis.callsSoFar = () => calls?.length ?? 0;

/** The calls that are made meanwhile are somebody else's. */
globalThis.withoutRecord = async (work) => {
  const own = calls;
  calls = null;
  try {
    return await work();
  } finally {
    calls = own;
  }
};

/** The file that called the function which is being noted; null: Node, Nest or another package did. */
function callerOf(below) {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.prepareStackTrace = (_, sites) => sites;
  Error.stackTraceLimit = 10;
  const holder = {};
  Error.captureStackTrace(holder, below);
  const sites = holder.stack;
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  // The language's own, such as `Array.map`, calls for whoever called it.
  const caller = sites
    .slice(1)
    .find((site) => site.getFileName() !== null && site.getFileName() !== undefined)
    ?.getFileName();
  if (!caller?.startsWith('file:')) return null;
  const path = relative(root, fileURLToPath(caller)).replaceAll('\\', '/');
  return path.startsWith('lib/') ? path : null;
}
