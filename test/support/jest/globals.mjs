/** `@jest/globals` of the file of tests that runs now, for modules that are loaded once. */
const current = (name) =>
  new Proxy(() => undefined, {
    apply: (_target, self, args) => Reflect.apply(globals()[name], self, args),
    get: (_target, key) => globals()[name][key],
  });
const globals = () => globalThis[Symbol.for('@jest/globals')];

export const afterAll = current('afterAll');
export const afterEach = current('afterEach');
export const beforeAll = current('beforeAll');
export const beforeEach = current('beforeEach');
export const describe = current('describe');
export const expect = current('expect');
export const it = current('it');
export const jest = current('jest');
