import { ownKey } from './config/environment-keys.js';

const lifetime =
  'idleTimeout (SESSION_IDLE_TIMEOUT) says how long a session lives without being used, in seconds or as 30m, and ' +
  'permanent (SESSION_PERMANENT) whether its cookie outlives the browser';
const secret = 'the secret is secretKey (SECRET_KEY), and former ones are secretKeyFallbacks (SECRET_KEY_FALLBACKS)';
const name = 'the name of the cookie is cookie.name (SESSION_COOKIE_NAME)';
const extension =
  'reading extends a session by itself; refresh (SESSION_REFRESH_INTERVAL) says how often, and false turns that off';
const type = 'the store is chosen by type (SESSION_TYPE)';
const nothingToSet = 'leave it out';
const redis = 'it is a part of redis.url (SESSION_REDIS_URL), redis://user:password@host:port/database';
const sql = 'the database is sql.url (SESSION_SQL_URL) with type (SESSION_TYPE) sql';
const ofCookie = (option: string, key: string): string => `it is cookie.${option} (${key})`;

/** Options of express-session, of its stores, and of other session packages, by their names: what takes their place here. */
const options: Readonly<Record<string, string>> = {
  secret,
  secrets: secret,
  keys: secret,
  password: secret,
  resave: `${nothingToSet}: a session is saved if it has changed`,
  saveUninitialized: `${nothingToSet}: a session that nobody wrote to is not stored`,
  rolling: extension,
  touchAfter: extension,
  disableTouch: extension,
  maxAge: lifetime,
  expires: lifetime,
  ttl: lifetime,
  duration: lifetime,
  timeout: lifetime,
  lifetime,
  'cookie.maxAge': lifetime,
  'cookie.expires': lifetime,
  'cookie.originalMaxAge': lifetime,
  'cookie.ttl': lifetime,
  'cookie.priority': `${nothingToSet}: there is no such attribute here`,
  'cookie.signed': `${nothingToSet}: the cookie is always signed`,
  'cookie.overwrite': `${nothingToSet}: one cookie is set in any case`,
  name,
  key: name,
  cookieName: name,
  unset: `${nothingToSet}: session.destroy() ends a session, and so does req.session = null in eager mode`,
  genid: `${nothingToSet}: an id is random, of 32 bytes`,
  idGenerator: `${nothingToSet}: an id is random, of 32 bytes`,
  proxy: "it is the framework's own setting: app.set('trust proxy', …) of Express, trustProxy of FastifyAdapter",
  trustProxy: "it is the framework's own setting: app.set('trust proxy', …) of Express, trustProxy of FastifyAdapter",
  prefix: 'the keys in the store begin with keyPrefix (SESSION_KEY_PREFIX)',
  domain: ofCookie('domain', 'SESSION_COOKIE_DOMAIN'),
  path: ofCookie('path', 'SESSION_COOKIE_PATH'),
  secure: ofCookie('secure', 'SESSION_COOKIE_SECURE'),
  httpOnly: ofCookie('httpOnly', 'SESSION_COOKIE_HTTPONLY'),
  sameSite: ofCookie('sameSite', 'SESSION_COOKIE_SAMESITE'),
  cookieOptions: 'the attributes of the cookie are in cookie',
  mongoUrl: 'the server is mongodb.url (SESSION_MONGODB_URL)',
  collectionName: 'it is mongodb.collection (SESSION_MONGODB_COLLECTION)',
  client: 'a client goes to redis.client, mongodb.client, memcached.client or dynamodb.client',
};

/** Environment keys of other frameworks and of habit. */
const keys: Readonly<Record<string, string>> = {
  SESSION_STORE: type,
  SESSION_DRIVER: type,
  SESSION_ENGINE: type,
  SESSION_BACKEND: type,
  SESSION_COOKIE: name,
  SESSION_COOKIE_AGE: lifetime,
  SESSION_EXPIRY: lifetime,
  SESSION_EXPIRE: lifetime,
  SESSION_EXPIRATION: lifetime,
  SESSION_EXPIRES_IN: lifetime,
  SESSION_EXPIRE_AT_BROWSER_CLOSE: lifetime,
  SESSION_SAVE_EVERY_REQUEST: extension,
  SESSION_SECURE_COOKIE: ofCookie('secure', 'SESSION_COOKIE_SECURE'),
  SESSION_ENCRYPT: 'sessions in encrypted cookies are type (SESSION_TYPE) cookie',
  SESSION_CONNECTION: type,
  SESSION_TABLE: 'it is sql.table (SESSION_SQL_TABLE)',
  SESSION_REDIS_HOST: redis,
  SESSION_REDIS_PORT: redis,
  SESSION_REDIS_DB: redis,
  SESSION_REDIS_USER: redis,
  SESSION_REDIS_USERNAME: redis,
  SESSION_REDIS_PASSWORD: redis,
  SESSION_DATABASE_URL: sql,
  SESSION_DB_URL: sql,
  SESSION_POSTGRES_URL: sql,
  SESSION_MYSQL_URL: sql,
  SESSION_FILE_PATH: 'it is filesystem.dir (SESSION_FILE_DIR)',
  // Of Flask's extensions.
  SESSION_USE_SIGNER: `${nothingToSet}: the cookie is always signed`,
  SESSION_KEY_BITS: 'SESSION_ID_LENGTH is the length of an id, in bytes',
  SESSION_KEY_LENGTH: 'SESSION_ID_LENGTH is the length of an id, in bytes',
  SESSION_RANDOM_SOURCE: `${nothingToSet}: ids come from the operating system's source`,
  SESSION_SET_TTL: `${nothingToSet}: a store always has the time to live`,
  SESSION_CLEANUP_N_REQUESTS: `${nothingToSet}: clean-up is no part of a request`,
  SESSION_CACHELIB: 'for files, type (SESSION_TYPE) is filesystem or lmdb',
  SESSION_SQLALCHEMY: sql,
  SESSION_SQLALCHEMY_TABLE: 'it is sql.table (SESSION_SQL_TABLE)',
  SESSION_SQLALCHEMY_SCHEMA: 'it is a part of sql.table (SESSION_SQL_TABLE), such as app.sessions',
  SESSION_SQLALCHEMY_SEQUENCE: `${nothingToSet}: there is no sequence`,
  SESSION_SQLALCHEMY_BIND_KEY: sql,
  SESSION_POSTGRESQL: sql,
  SESSION_POSTGRESQL_TABLE: 'it is sql.table (SESSION_SQL_TABLE)',
  SESSION_POSTGRESQL_SCHEMA: 'it is a part of sql.table (SESSION_SQL_TABLE), such as app.sessions',
  SESSION_DYNAMODB_TABLE_EXISTS: `${nothingToSet}: the store makes no table by itself`,
};

/** What takes the place of options that other packages have, by their names in code. */
export const otherNames: ReadonlyMap<string, string> = new Map(Object.entries(options));

/** The same by environment keys. */
export const otherKeys: ReadonlyMap<string, string> = new Map([
  ...Object.entries(options).map(([path, instead]): [string, string] => [ownKey(path), instead]),
  ...Object.entries(keys),
]);
