/**
 * Writes the Lua scripts of the Redis store into a module of the library, so that bundlers, which know nothing of files that are
 * read at run time, take them along. It runs before every build. What it writes is committed, since tests run on the sources.
 */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './paths.mjs';

const folder = join(root, 'lib', 'stores', 'redis');
const target = join(folder, 'lua-texts.ts');

if (import.meta.filename === process.argv[1]) await writeRedisScripts();

/** Leaves the module alone where it is as it should be, so that nothing is built anew. */
export async function writeRedisScripts() {
  const text = await redisScriptsModule();
  const before = await readFile(target, 'utf8').catch(() => '');
  if (before !== text) await writeFile(target, text);
}

/** The text of the module. */
export async function redisScriptsModule() {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.lua')).sort();
  const entries = await Promise.all(files.map(async (name) => entry(name, await readFile(join(folder, name), 'utf8'))));
  return [
    '// Made by scripts/redis-scripts.mjs from the .lua files beside it: change those, then run `npm run build`.',
    '',
    '/** The texts of the scripts that the store sends, by their files. */',
    'export const luaTexts = {',
    ...entries,
    '} as const;',
    '',
  ].join('\n');
}

function entry(name, source) {
  const escaped = source.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
  return `  '${name}': \`${escaped}\`,`;
}
