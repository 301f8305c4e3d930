import { quote } from '../../config/quote.js';
import type { ConfigProblem } from '../../errors.js';
import type { ForeignSession, SessionSource } from '../../session/foreign-session.js';
import { converted, faultsOfSecrets, type MigrationOptions, unusableSource, warningsOfSecrets } from '../migration.js';
import { defaultPrefix, isSessionId } from './flask-session-id.js';
import { flaskSource, type FlaskSourceOptions } from './flask-source.js';

/** Where a Flask application keeps its sessions, and how to migrate them. @publicApi */
export type FromFlaskOptions = FlaskSourceOptions & FlaskCookieName & MigrationOptions;

interface FlaskCookieName {
  /** `SESSION_COOKIE_NAME`. Default: `session`. */
  readonly cookieName?: string | undefined;
}

/** What Flask-Login keeps in the data. Here, the user's id is stored beside the data. */
const flaskLoginKeys: ReadonlySet<string> = new Set(['_user_id', '_fresh', '_id', '_remember', '_remember_seconds']);

/**
 * The live sessions of a Flask application, for `migrateFrom`. If `userId` is left to its default and finds a user,
 * Flask-Login's keys are removed from the data. Invalid options, such as an empty secret, stop the application's start along
 * with other invalid settings; so do records whose unsigned cookies could name a session of this application.
 *
 * @publicApi
 */
export function fromFlask(options: FromFlaskOptions): SessionSource {
  const { cookieName = 'session', cookiePath, cookieDomain, old = 'keep', convert, userId } = options;
  const names = { framework: 'Flask', cookieName, old };
  const faults = faultsOf(options);
  if (faults.length > 0) return unusableSource(names, faults);
  const source = flaskSource(options);
  return {
    ...names,
    isSigned: isSigned(options),
    cookiePath,
    cookieDomain,
    check: ({ keyPrefix }) => ({
      problems: keyPrefix === null ? [] : collisions(options, keyPrefix),
      warnings: isSigned(options) ? warningsOfSecrets(options) : [],
    }),
    keyOf: (cookie) => source.keyOf(cookie),
    async read(cookie, now) {
      const reading = await source.read(cookie, now / 1000);
      if (reading === null || 'refused' in reading) return reading;
      const session = userId === undefined ? withoutLogin(reading.session) : reading.session;
      return { session: await converted(session, convert) };
    },
  };
}

function isSigned(options: FromFlaskOptions): boolean {
  return options.records === undefined || options.useSigner === true;
}

function faultsOf(options: FromFlaskOptions): ConfigProblem[] {
  const faults = isSigned(options) ? faultsOfSecrets(options) : [];
  const { maxAge } = options as { readonly maxAge?: unknown };
  if (maxAge === undefined || (typeof maxAge === 'number' && maxAge >= 0)) return faults;
  return [...faults, { setting: 'maxAge', problem: 'expected a number of seconds, 0 or more' }];
}

/**
 * An unsigned cookie names any record: an attacker who has seen a key of our store, in a backup or a slow log, could send it
 * and would get what is stored there.
 */
function collisions(options: FromFlaskOptions, ours: string): ConfigProblem[] {
  if (isSigned(options) || options.records?.isApart === true) return [];
  const { keyPrefix = defaultPrefix } = options as { readonly keyPrefix?: string | undefined };
  if (!keyPrefix.startsWith(ours) && !isNamed(keyPrefix, ours)) return [];
  return [
    {
      setting: 'keyPrefix',
      problem:
        `keys of Flask-Session begin with ${quote(keyPrefix)} and ours with ${quote(ours)}, and Flask's cookies are not signed, so a cookie ` +
        'could name a session of this application. Set SESSION_KEY_PREFIX (keyPrefix) to another prefix, such as "nest:"',
    },
  ];
}

/** Whether a valid id could extend one prefix to the other. */
function isNamed(keyPrefix: string, ours: string): boolean {
  return ours.startsWith(keyPrefix) && isSessionId(ours.slice(keyPrefix.length));
}

function withoutLogin(session: ForeignSession): ForeignSession {
  if (session.userId === null) return session;
  const data = Object.entries(session.data).filter(([name]) => !flaskLoginKeys.has(name));
  return { ...session, data: Object.fromEntries(data) };
}
