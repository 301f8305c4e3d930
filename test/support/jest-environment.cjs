const { AsyncLocalStorage } = require('node:async_hooks');
const { TestEnvironment } = require('jest-environment-node');

/** What has run since the last file of tests has ended. */
const used = new Set();
const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function (...args) {
  used.add(this);
  return run.apply(this, args);
};

/**
 * Node 20 copies the state of every `AsyncLocalStorage` that has run to every promise and every timer, until it is disabled.
 * Jest makes one for each file of tests and disables none, nor does an application: the twentieth file of a process would carry twenty.
 */
module.exports = class extends TestEnvironment {
  async teardown() {
    for (const storage of used) storage.disable();
    used.clear();
    await super.teardown();
  }
};
