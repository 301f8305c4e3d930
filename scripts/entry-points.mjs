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

/** Where each entry point of the package begins in `lib/`, by its name in `dist/`. */
export const entryPoints = {
  index: 'index',
  testing: 'testing/index',
  events: 'events/index',
  flask: 'interop/flask/index',
  express: 'interop/express/index',
  ...Object.fromEntries(stores.map((name) => [name, `stores/${name}/index`])),
};
