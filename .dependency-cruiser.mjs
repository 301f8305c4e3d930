/**
 * Which room of `lib/` may import which. What is not drawn here is forbidden; `test/architecture/` proves each rule with a
 * file that breaks it.
 */

/** Each room, and the rooms and files below it that it may import, besides itself. */
const arrows = {
  accounts: ['auth', 'http', 'session'],
  auth: ['http', 'session', 'cookie', 'stores/session-store\\.ts'],
  events: ['http', 'session'],
  http: ['session', 'cookie', 'response'],
  session: ['stores/session-store\\.ts'],
  cookie: [],
  response: [],
  stores: [],
  interop: ['cookie', 'response', 'session', 'stores/session-store\\.ts'],
  config: [],
  cli: [
    'session-module\\.options\\.ts',
    'session-wiring\\.ts',
    'session/store-cleanup\\.ts',
    'stores/session-store\\.ts',
    'stores/store-context\\.ts',
  ],
  testing: ['http/unsent-request\\.ts', 'index\\.ts', 'stores/session-store\\.ts'],
};

/** What every room may import: errors and how options work. Tokens are for those that know Nest. */
const everywhere = ['errors\\.ts', 'config/'];
const nestRooms = ['accounts', 'auth', 'events', 'http', 'testing'];

/** The rule of one room. Files of `lib/` that are in no room have none: the face, and what wires the rooms. */
const room = ([name, below]) => {
  const own = `${name}/`;
  const tokens = nestRooms.includes(name) ? ['tokens\\.ts'] : [];
  const allowed = [own, ...everywhere, ...tokens, ...below.map((item) => (item.endsWith('.ts') ? item : `${item}/`))];
  return {
    name: `${name}-looks-down`,
    comment: `lib/${name}/ may import ${[...below, 'errors', 'config'].join(', ').replaceAll('\\', '')}.`,
    severity: 'error',
    from: { path: `^lib/${name}/` },
    to: { path: '^lib/', pathNot: `^lib/(${allowed.join('|')})` },
  };
};

const optionalPeers = [
  'ioredis',
  '@nestjs/config',
  '@nestjs/event-emitter',
  '@nestjs/throttler',
  '@aws-sdk/client-dynamodb',
  'kysely',
  'pg',
  'mysql2',
  'better-sqlite3',
  'libsql',
  'lmdb',
  'mongodb',
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere would escape every other rule.',
      severity: 'error',
      from: { path: '^(lib|sample)/' },
      to: { couldNotResolve: true },
    },
    ...Object.entries(arrows).map(room),
    {
      name: 'errors-know-nothing',
      severity: 'error',
      from: { path: '^lib/errors\\.ts$' },
      to: { pathNot: '^lib/errors' },
    },
    {
      name: 'rooms-are-known',
      comment: 'A new room of lib/ needs a line in the arrows above.',
      severity: 'error',
      from: { path: `^lib/(?!(${Object.keys(arrows).join('|')})/)[^/]+/` },
      to: {},
    },
    {
      name: 'module-is-the-top',
      comment: 'Only the public face and the commands import what wires the rooms.',
      severity: 'error',
      from: {
        path: '^lib/',
        pathNot: '^lib/(cli/|(index|cookies-of-application|session[.-](module|wiring)[^/]*)\\.ts$)',
      },
      to: { path: '^lib/session[.-]module' },
    },
    {
      name: 'commands-are-no-library',
      comment: 'What is run as a program is imported by nothing.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/cli/' },
      to: { path: '^lib/cli/' },
    },
    {
      name: 'stores-do-not-mix',
      comment: 'A store is a folder that another store does not know.',
      severity: 'error',
      from: { path: '^lib/stores/([^/]+)/' },
      to: { path: '^lib/stores/[^/]+/', pathNot: '^lib/stores/$1/' },
    },
    {
      name: 'optional-peers-stay-optional',
      comment:
        'An optional peer is imported as a type, or when it is needed: the package works without it. lib/events/ is nothing but an adapter to one.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/events/' },
      to: {
        path: `(^|/)node_modules/(${optionalPeers.join('|')})/`,
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'redis-library-in-redis-store',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/stores/redis/' },
      to: { path: '(^|/)node_modules/ioredis/' },
    },
    {
      name: 'no-development-packages',
      comment: 'lib/ may import what package.json lists as dependencies and peers.',
      severity: 'error',
      from: { path: '^lib/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional'],
      },
    },
    {
      name: 'core-without-nest-and-http',
      comment: 'What a session, a cookie and an option are does not depend on Nest or on HTTP.',
      severity: 'error',
      from: { path: '^lib/((session|cookie|config)/|errors\\.ts$)' },
      to: { path: '(^|/)node_modules/(@nestjs|rxjs)/|^(node:)?https?2?$' },
    },
    {
      name: 'response-without-nest',
      comment: 'The gate at the response serves Nest and what has no Nest alike.',
      severity: 'error',
      from: { path: '^lib/response/' },
      to: { path: '(^|/)node_modules/(@nestjs|rxjs)/' },
    },
    {
      name: 'lib-stands-alone',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(dist|sample|test|scripts)/' },
    },
    {
      name: 'sample-uses-the-public-name',
      comment: 'The sample imports the package as an application would.',
      severity: 'error',
      from: { path: '^sample/' },
      to: { path: '^(lib|dist|test|scripts)/', dependencyTypesNot: ['aliased', 'npm'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^test/(benchmark|packaging/apps|types)/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
