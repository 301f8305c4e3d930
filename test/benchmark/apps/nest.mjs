/** Nest controllers without a compiler: decorators are functions, and are called as such. */
import { Controller, Get, HttpCode, Module, Post, UseGuards } from '@nestjs/common';

const METHODS = {
  untouched: Get,
  read: Get,
  write: Get,
  add: Get,
  slow: Get,
  keys: Get,
  whoami: Get,
  member: Get,
  waved: Get,
  guarded: Get,
  fill: Post,
  login: Post,
  logout: Post,
  elsewhere: Post,
};

/** A route's parameter decorators and its handler, which Nest calls with nothing but the guards in between. */
export const route = (parameters, handler, guards = []) => ({ parameters, handler, guards });

/** The route that has nothing to do with sessions, the same in each application. */
export const untouched = route([], () => ({ ok: true }));

/** The module of an application: `routes` by name, served by one controller. */
export function benchmarkModule({ imports = [], routes }) {
  class BenchmarkController {}
  for (const [name, { parameters, handler, guards }] of Object.entries(routes)) {
    Object.defineProperty(BenchmarkController.prototype, name, { value: handler, configurable: true, writable: true });
    const descriptor = Object.getOwnPropertyDescriptor(BenchmarkController.prototype, name);
    parameters.forEach((parameter, index) => parameter(BenchmarkController.prototype, name, index));
    METHODS[name](name)(BenchmarkController.prototype, name, descriptor);
    if (guards.length) UseGuards(...guards)(BenchmarkController.prototype, name, descriptor);
    HttpCode(200)(BenchmarkController.prototype, name, descriptor);
  }
  Controller()(BenchmarkController);

  class BenchmarkModule {}
  Module({ imports, controllers: [BenchmarkController] })(BenchmarkModule);
  return BenchmarkModule;
}
