const { AsyncLocalStorage } = require('node:async_hooks');
const { syncBuiltinESMExports } = require('node:module');
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

/** The storages that have run since the last file of tests has ended. */
const used = new Set();
const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function (...args) {
  used.add(this);
  return run.apply(this, args);
};

/**
 * The process as it is, as an application has it: all files of tests share its globals and the modules that they import
 * (`runtime.cjs`). At the end of a file, what it changed of the process is put back.
 */
module.exports = class {
  global = globalThis;
  /** Jest asks for former timers, too; there are none. */
  fakeTimers = null;
  fakeTimersModern;
  moduleMocker = new ModuleMocker(globalThis);
  #before = { console, exit: process.exit, env: { ...process.env }, folder: process.cwd() };

  constructor({ projectConfig }) {
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
  }

  async setup() {
    // Jest sets 100, which every error of an application would pay for.
    Error.stackTraceLimit = 25;
  }

  async teardown() {
    this.fakeTimersModern.dispose();
    this.moduleMocker.restoreAllMocks();
    // For functions of Node's modules that were replaced.
    syncBuiltinESMExports();
    // Node 20 copies the state of each storage that has run to every promise and every timer, until it is disabled. Jest makes one
    // for each file of tests and disables none, nor does an application: the twentieth file would carry twenty.
    for (const storage of used) storage.disable();
    used.clear();
    const { console, exit, env, folder } = this.#before;
    globalThis.console = console;
    process.exit = exit;
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
    Object.assign(process.env, env);
    if (process.cwd() !== folder) process.chdir(folder);
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return null;
  }
};
