const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { register } = require('node:module');
const { basename, join } = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');
const { transformSync } = require('@swc/core');
const options = require('../../../scripts/swc.json');

register(pathToFileURL(join(__dirname, 'hooks.mjs')));
const circus = join(require.resolve('jest-circus'), '../jestAdapterInit.js');
let imported = 0;

/**
 * Loads tests as Node loads an application. Jest's own runtime gives each file of tests modules, and so code, of its own; to load and
 * to warm up Nest and the library for each of 500 files takes half of the time of all tests.
 */
class SharedRuntime {
  #environment;
  #sourceMaps;

  constructor({ cacheDirectory }, environment, _resolver, _transformer, _sources, _coverage, _path, globalConfig) {
    const { watch, watchAll, collectCoverage } = globalConfig;
    if (watch || watchAll) throw new Error('Node loads a module once: use `node --watch node_modules/.bin/jest FILE`.');
    if (collectCoverage) {
      throw new Error('Node runs the code, so Jest cannot see its coverage: use `npx c8 npx jest FILE`.');
    }
    this.#environment = environment;
    this.#sourceMaps = new SourceMapsOnDemand(join(cacheDirectory, 'source-maps'));
  }

  /** Jest's own module of a run keeps the tests of a file, so it is loaded anew for each. */
  requireInternalModule(path) {
    if (path === circus) {
      delete require.cache[path];
      delete globalThis[Symbol.for('EVENT_HANDLERS')];
    }
    return require(path);
  }

  requireModule(path) {
    return require(path);
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  /** What Jest asks for runs each time; what that imports is loaded once. */
  unstable_importModule(path) {
    imported += 1;
    return import(`${pathToFileURL(path).href}?import=${imported}`);
  }

  /** @param globals What `@jest/globals` gives (`globals.mjs`), but `jest`. */
  setGlobalsForRuntime(globals) {
    globalThis[Symbol.for('@jest/globals')] = { ...globals, jest: jestObject(this.#environment) };
  }

  getSourceMaps() {
    return this.#sourceMaps;
  }

  getAllCoverageInfoCopy() {
    return undefined;
  }

  resetModules() {
    throw new Error('All files of tests share their modules: leave `resetModules` out of the configuration.');
  }

  clearAllMocks() {
    this.#environment.moduleMocker.clearAllMocks();
  }

  resetAllMocks() {
    this.#environment.moduleMocker.resetAllMocks();
  }

  restoreAllMocks() {
    this.#environment.moduleMocker.restoreAllMocks();
  }

  enterTestCode() {
    // Only Jest's own runtime watches for what is imported between tests.
  }

  leaveTestCode() {
    // As above.
  }

  teardown() {
    // What was loaded stays for the next file.
  }
}

/** What of `jest` works without modules of one's own. */
function jestObject({ moduleMocker: mocks, fakeTimersModern: timers }) {
  const jest = {
    fn: mocks.fn.bind(mocks),
    spyOn: mocks.spyOn.bind(mocks),
    replaceProperty: mocks.replaceProperty.bind(mocks),
    restoreAllMocks: () => chained(mocks.restoreAllMocks()),
    useFakeTimers: (config) => chained(timers.useFakeTimers(config)),
    useRealTimers: () => chained(timers.useRealTimers()),
    setSystemTime: (now) => timers.setSystemTime(now),
    advanceTimersByTime: (ms) => timers.advanceTimersByTime(ms),
    advanceTimersByTimeAsync: (ms) => timers.advanceTimersByTimeAsync(ms),
    getTimerCount: () => timers.getTimerCount(),
    setTimeout: (ms) => chained((globalThis[Symbol.for('TEST_TIMEOUT_SYMBOL')] = ms)),
  };
  const chained = () => jest;
  return jest;
}

/** Writes the source map of a file when a stack first names it: few ever do. */
class SourceMapsOnDemand extends Map {
  #folder;

  constructor(folder) {
    super();
    this.#folder = folder;
  }

  get(name) {
    if (!/\.ts(\?|$)/.test(name ?? '')) return undefined;
    if (!super.has(name)) super.set(name, this.#write(name.startsWith('file:') ? fileURLToPath(name) : name));
    return super.get(name);
  }

  #write(path) {
    const { map } = transformSync(readFileSync(path, 'utf8'), { ...options, sourceMaps: true, filename: path });
    mkdirSync(this.#folder, { recursive: true });
    const file = join(this.#folder, `${String(process.pid)}-${String(this.size)}-${basename(path)}.map`);
    writeFileSync(file, map);
    return file;
  }
}

Object.defineProperty(exports, '__esModule', { value: true });
exports.default = SharedRuntime;
