const stores = [
  'memory',
  'filesystem',
  'redis',
  'sql',
  'lmdb',
  'mongodb',
  'memcached',
  'dynamodb',
  'keyv',
  'connect',
  'null',
];

/** The entry points that are adapters to a library, an optional peer that they import when they are loaded, by their names in `dist/`. */
export const adapters = {
  events: '@nestjs/event-emitter',
  terminus: '@nestjs/terminus',
  opentelemetry: '@opentelemetry/api',
  swagger: '@nestjs/swagger',
};

/** The entry points that export nothing but types: empty modules, which must load all the same. */
export const onlyTypes = ['migration'];

/** Where each entry point of the package begins in `lib/`, by its name in `dist/`. */
export const entryPoints = {
  index: 'index',
  store: 'store',
  limiter: 'limiter',
  migration: 'migration',
  accounts: 'accounts/index',
  client: 'client/index',
  testing: 'testing/index',
  ...Object.fromEntries(Object.keys(adapters).map((name) => [name, `${name}/index`])),
  flask: 'interop/flask/index',
  express: 'interop/express/index',
  ...Object.fromEntries(stores.map((name) => [name, `stores/${name}/index`])),
};
