/**
 * Bundles what the compiler has made of `lib/` into `dist/`: a file for each entry point, and what several of them share in a few
 * more; once as ES modules and once as CommonJS, each with declarations of its own.
 */
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import { adapters, entryPoints, onlyTypes } from './entry-points.mjs';
import { bin, compiled, root } from './paths.mjs';

const target = join(root, 'dist');
/** The program: it is run and never imported, and has no declarations. */
const program = { 'cli/main': join(compiled, 'cli/main.js') };

/** What `nest add` runs, which loads CommonJS alone; `schematics/collection.json` names it. */
const schematics = { 'schematics/nest-add': join(compiled, 'schematics/nest-add.js') };

/** The stores that settings can choose. */
const createdStores = new Set(
  Object.keys(entryPoints).filter((name) => existsSync(join(compiled, 'stores', name, 'create.js'))),
);

/** Replaces `dist/`. */
export async function bundleLibrary() {
  const points = Object.entries(entryPoints);
  const code = Object.fromEntries(points.map(([name, path]) => [name, join(compiled, `${path}.js`)]));
  const declarations = Object.fromEntries(points.map(([name, path]) => [name, join(compiled, `${path}.d.ts`)]));
  await rm(target, { recursive: true, force: true });
  await bundleCode({ ...code, ...program }, { format: 'es', extension: 'js' });
  await bundleCode(code, { format: 'cjs', extension: 'cjs' });
  await bundleCode(schematics, { format: 'cjs', extension: 'cjs' });
  await bundleDeclarations(declarations);
}

async function bundleCode(input, { format, extension }) {
  const bundle = await rollup({
    input,
    external: (id) => isPackage(id) && !included.has(id),
    plugins: [includedPackages, commonJs, compilersSourceMaps, peersMayBeMissing],
    treeshake: { moduleSideEffects: (path) => isPackage(path) },
    onLog: refuse,
  });
  await bundle.write({
    dir: target,
    format,
    entryFileNames: `[name].${extension}`,
    chunkFileNames: `[name].${extension}`,
    manualChunks: sharedChunk,
    hoistTransitiveImports: false,
    // Jest, for which the CommonJS files are, has `import()` only under a flag.
    dynamicImportInCjs: false,
    interop: 'auto',
    exports: 'named',
    generatedCode: { preset: 'es2015', symbols: false },
    minifyInternalExports: false,
    sourcemap: true,
    sourcemapExcludeSources: true,
    banner: licencesIn,
  });
  await bundle.close();
}

async function bundleDeclarations(input) {
  const texts = new Map();
  const bundle = await rollup({
    input,
    external: isPackage,
    plugins: [dts({ sourcemap: true }), collectTexts(texts)],
    onLog: refuse,
  });
  const { output } = await bundle.generate({
    entryFileNames: '[name].d.ts',
    chunkFileNames: '[name].d.ts',
    manualChunks: sharedChunk,
    minifyInternalExports: false,
    sourcemap: true,
    sourcemapExcludeSources: true,
    dir: target,
  });
  await bundle.close();
  const maps = output.filter(({ type }) => type === 'asset');
  await Promise.all(maps.map(({ fileName, source }) => writeFile(join(target, fileName), source)));
  await Promise.all([...texts].map(([name, text]) => writeDeclarations(name, text)));
}

/**
 * Takes the declarations as they are before the plugin has them import from entry points what shared chunks declare: through
 * the module's entry point, Nest's types would be needed everywhere.
 */
function collectTexts(texts) {
  return {
    name: 'collect-texts',
    generateBundle: {
      order: 'pre',
      handler(options, chunks) {
        for (const chunk of Object.values(chunks)) if (chunk.type === 'chunk') texts.set(chunk.fileName, chunk.code);
      },
    },
  };
}

/** For ES modules and for CommonJS. They share the map, since no line differs. */
async function writeDeclarations(name, text) {
  const commonJs = text.replaceAll(/(from '\.\/[\w-]+)\.js'/g, "$1.cjs'");
  await writeFile(join(target, name), text);
  await writeFile(join(target, name.replace(/\.ts$/, '.cts')), commonJs);
}

/** What stands outside of the bundles: packages, and what Node brings. */
function isPackage(id) {
  return !id.startsWith('.') && !isAbsolute(id);
}

/**
 * Where what several entry points need goes: apart from what leads to Nest (`nest`), so that those who have no Nest can load
 * it, and apart from what the module and the program alone need (`core`), so that those who want a store do not load it.
 */
function sharedChunk(id, { getModuleInfo }) {
  if (getModuleInfo(id).isEntry) return null;
  const entries = entriesThatLeadTo(id, getModuleInfo);
  if (entries.size < 2) return partOfStore(id);
  if (leadsToNest(id, getModuleInfo)) return 'nest';
  return [...entries].every((path) => wholeModule.test(relative(compiled, path))) ? 'core' : 'base';
}

/**
 * A store's code lies apart from its entry point: the module makes stores by `create.ts`, which is not exported. Two stores are
 * so small that they lie with what all need.
 */
function partOfStore(id) {
  const [, store] = /^stores[\\/](\w+)[\\/].*(?<!\.d\.ts)$/.exec(relative(compiled, id)) ?? [];
  if (store === undefined || !createdStores.has(store)) return null;
  return ['memory', 'null'].includes(store) ? 'base' : `${store}-store`;
}

const wholeModule = new RegExp(
  String.raw`^(index|limiter|(testing|${Object.keys(adapters).join('|')})/index|cli/main)\.`,
);

/** The entry points that import it, over however many files, when they are loaded. */
function entriesThatLeadTo(id, getModuleInfo) {
  const seen = new Set([id]);
  for (const path of seen) for (const importer of getModuleInfo(path).importers) seen.add(importer);
  return new Set([...seen].filter((path) => getModuleInfo(path).isEntry));
}

function leadsToNest(id, getModuleInfo) {
  const seen = new Set([id]);
  for (const path of seen) for (const imported of getModuleInfo(path)?.importedIds ?? []) seen.add(imported);
  return [...seen].some((path) => /^(@nestjs\/|rxjs$|reflect-metadata$)/.test(path));
}

/** The packages that are taken along, so that nobody has to install them: what the compiler's output needs for decorators, and the program's arguments. */
const included = new Map([
  ['tslib', bin('tslib/tslib.es6.mjs')],
  ['commander', bin('commander/index.js')],
]);

const includedPackages = {
  name: 'included-packages',
  resolveId: (id) => included.get(id) ?? null,
};

const commanderFolder = dirname(bin('commander/index.js'));

/**
 * Rewrites commander's files as ES modules. They are CommonJS of a single form, each `require` in a declaration of its own and each
 * export an identifier; another form fails the build.
 */
const commonJs = {
  name: 'common-js',
  transform(code, path) {
    if (!path.startsWith(commanderFolder)) return null;
    const rewritten = code
      .replaceAll(/^const (\w+) = require\('(node:\w+)'\)\.(\w+);$/gm, "import { $3 as $1 } from '$2';")
      .replaceAll(/^const (\w+) = require\('(node:\w+)'\);$/gm, "import $1 from '$2';")
      .replaceAll(/^const (\{[\w, ]+\}) = require\('(\.[\w./]+?)(?:\.js)?'\);$/gm, "import $1 from '$2.js';")
      .replaceAll(/^exports\.(\w+) = (\w+);.*$/gm, 'export { $2 as $1 };')
      .replaceAll(/^exports\.(\w+) = /gm, 'export const $1 = ');
    if (/\brequire\(|\bexports\./.test(rewritten)) throw new Error(`${path} is CommonJS of a form that is not known.`);
    return { code: rewritten, map: { mappings: '' } };
  },
};

/** The licence of commander, which has to accompany its code. */
async function licencesIn({ moduleIds }) {
  if (!moduleIds.some((path) => path.startsWith(commanderFolder))) return '';
  const text = await readFile(join(commanderFolder, 'LICENSE'), 'utf8');
  return `/*!\n * This file contains commander.\n *\n${text.trim().replaceAll(/^/gm, ' * ').replaceAll(/ +$/gm, '')}\n */`;
}

/** Hands the maps of the compiler on, so that those of the bundles lead to `lib/`. */
const compilersSourceMaps = {
  name: 'compilers-source-maps',
  async load(path) {
    // Without a map, as the package does not bring its source.
    if (!path.startsWith(compiled)) return { code: await readFile(path, 'utf8'), map: { mappings: '' } };
    const [code, map] = await Promise.all([readFile(path, 'utf8'), readFile(`${path}.map`, 'utf8')]);
    return { code: code.replace(/^\/\/# sourceMappingURL=.*$/m, ''), map: JSON.parse(map) };
  },
};

/** Puts each import of an optional peer into a `try` of its own: the sign by which bundlers know that it may be missing. */
const peersMayBeMissing = {
  name: 'peers-may-be-missing',
  renderDynamicImport({ format, targetModuleId }) {
    if (format !== 'es' || targetModuleId === null || !isPackage(targetModuleId)) return null;
    return { left: '(async () => { try { return await import(', right: '); } catch (error) { throw error; } })()' };
  },
};

function refuse(level, log) {
  if (log.code === 'EMPTY_BUNDLE' && log.names?.every((name) => onlyTypes.includes(name))) return;
  // Types that an entry point uses and does not export could not be named before, either.
  if (log.plugin === 'dts' && log.message.includes('private shared type exports')) return;
  if (level === 'warn') throw new Error(`Bundling: ${log.message}`);
}

if (import.meta.filename === process.argv[1]) await bundleLibrary();
