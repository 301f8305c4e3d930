/**
 * Which room of `lib/` may import which. What is not drawn here is forbidden; `test/architecture/` proves each rule with a
 * file that breaks it.
 */

/** Each room, and the rooms and files below it that it may import, besides itself. */
const arrows = {
  accounts: [
    'auth',
    'http',
    'session',
    'cookie',
    'stores/import-peer\\.ts',
    'stores/session-store\\.ts',
    'stores/store-context\\.ts',
    'stores/sql/connection\\.ts',
    'session-settings\\.module\\.ts',
  ],
  auth: ['http', 'session', 'cookie', 'stores/session-store\\.ts'],
  sockets: ['auth', 'http', 'endings', 'session', 'cookie'],
  events: ['http', 'session'],
  opentelemetry: ['http', 'session'],
  swagger: ['auth', 'cookie', 'http'],
  terminus: ['session/store-probe\\.ts'],
  endings: ['session', 'stores/session-store\\.ts'],
  http: ['endings', 'session', 'cookie', 'response'],
  session: ['stores/session-store\\.ts'],
  cookie: [],
  response: [],
  stores: [],
  interop: ['cookie', 'response', 'session', 'stores/session-store\\.ts'],
  config: [],
  client: [],
  schematics: [],
  cli: [
    'accounts/command-access\\.ts',
    'accounts/admin/administered-account\\.ts',
    'index\\.ts',
    'accounts/index\\.ts',
    'auth/access/requirement\\.ts',
    'auth/audit/(handler-report|route-audit)\\.ts',
    'auth/remember/resolve-remember\\.ts',
    'cookie/(resolved-cookie|set-cookie)\\.ts',
    'session-module-access\\.ts',
    'session-module\\.options\\.ts',
    'session-wiring\\.ts',
    'session/(auth-facts|session-id|session-search|store-cleanup)\\.ts',
    'stores/import-peer\\.ts',
    'stores/session-store\\.ts',
    'stores/store-context\\.ts',
    'tokens\\.ts',
  ],
  testing: [
    'accounts/(accounts\\.service|testing-access)\\.ts',
    'accounts/audit/audit-(log|row)\\.ts',
    'accounts/codes/sms\\.ts',
    'accounts/mail/mail\\.ts',
    'accounts/repository',
    'http/unsent-request\\.ts',
    'index\\.ts',
    'stores/session-store\\.ts',
  ],
};

/** What every room may import: errors and how options work. Tokens are for those that know Nest. */
const everywhere = ['errors\\.ts', 'config/'];
const nestRooms = ['accounts', 'auth', 'events', 'http', 'opentelemetry', 'sockets', 'swagger', 'terminus', 'testing'];

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

/** The rooms that are nothing but adapters to an optional peer. */
const adapters = ['events', 'opentelemetry', 'swagger', 'terminus'];

const optionalPeers = [
  'ioredis',
  '@nestjs/config',
  '@nestjs/event-emitter',
  '@nestjs/swagger',
  '@nestjs/terminus',
  '@opentelemetry/api',
  '@nestjs/throttler',
  '@nestjs/websockets',
  '@aws-sdk/client-dynamodb',
  'jose',
  'kysely',
  'pg',
  'mysql2',
  'nodemailer',
  'openid-client',
  'otplib',
  'qrcode',
  'libphonenumber-js',
  'better-sqlite3',
  'libsql',
  'lmdb',
  'mongodb',
  'typescript',
  '@node-rs/argon2',
  '@simplewebauthn/server',
  'bcryptjs',
  '@zxcvbn-ts/core',
  '@zxcvbn-ts/language-common',
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere would escape every other rule.',
      severity: 'error',
      from: { path: '^(lib|sample|examples)/' },
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
      name: 'client-stands-alone',
      comment:
        'The client runs in browsers: it imports nothing, and of the routes knows the types that are made of their document.',
      severity: 'error',
      from: { path: '^lib/client/' },
      to: { pathNot: '^lib/client/' },
    },
    {
      name: 'declarations-run-nowhere',
      comment: 'What the document of the routes is made of is loaded by no application.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/accounts/(openapi/|.*\\.api\\.ts$)' },
      to: { path: '^lib/accounts/(openapi/|.*\\.api\\.ts$)' },
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
      name: 'command-without-nest',
      comment:
        'The command works without Nest, except with an application, whose Nest it loads. It knows the rest of auth as types.',
      severity: 'error',
      from: { path: '^lib/cli/' },
      to: {
        path: '(^|/)node_modules/(@nestjs|rxjs|reflect-metadata)/|^lib/(auth/(?!remember/resolve-remember\\.ts)|index\\.ts)',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
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
        'An optional peer is imported as a type, or when it is needed: the package works without it. The rooms of adapters are nothing without theirs.',
      severity: 'error',
      from: { path: '^lib/', pathNot: `^lib/(${adapters.join('|')})/` },
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
      comment:
        'lib/ may import what package.json lists as dependencies and peers; the command also what its bundle contains.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/cli/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional'],
      },
    },
    {
      name: 'no-development-packages-in-command',
      severity: 'error',
      from: { path: '^lib/cli/' },
      to: {
        path: '(^|/)node_modules/(?!commander/)',
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
      to: { path: '^(dist|sample|examples|test|scripts)/' },
    },
    {
      name: 'sample-uses-the-public-name',
      comment: 'The sample and the examples import the package as an application would.',
      severity: 'error',
      from: { path: '^(sample|examples)/' },
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
