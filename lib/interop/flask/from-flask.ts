import type { ForeignSession, SessionSource } from '../../session/foreign-session.js';
import { converted, type MigrationOptions } from '../migration.js';
import { flaskSource, type FlaskSourceOptions } from './flask-source.js';

/** Where a Flask application keeps its sessions, and how they go on here. @publicApi */
export type FromFlaskOptions = FlaskSourceOptions & FlaskCookieName & MigrationOptions;

interface FlaskCookieName {
  /** `SESSION_COOKIE_NAME`. Default: `session`. */
  readonly cookieName?: string | undefined;
}

/** What Flask-Login keeps among the data. Whose the session is stands beside them here. */
const flaskLoginKeys: ReadonlySet<string> = new Set(['_user_id', '_fresh', '_id', '_remember', '_remember_seconds']);

/**
 * The live sessions of a Flask application, for `migrateFrom`. Where `userId` is left to its default and finds somebody, what
 * Flask-Login keeps is left out of the data.
 *
 * @throws RangeError if a secret is empty or missing, or the age makes no sense.
 * @throws TypeError if the fallbacks are no list.
 * @publicApi
 */
export function fromFlask(options: FromFlaskOptions): SessionSource {
  const { cookieName = 'session', cookiePath, cookieDomain, old = 'keep', convert, userId } = options;
  const source = flaskSource(options);
  return {
    framework: 'Flask',
    cookieName,
    isSigned: options.records === undefined || options.useSigner === true,
    cookiePath,
    cookieDomain,
    old,
    keyOf: (cookie) => source.keyOf(cookie),
    async read(cookie, now) {
      const reading = await source.read(cookie, now / 1000);
      if (reading === null || 'refused' in reading) return reading;
      const session = userId === undefined ? withoutLogin(reading.session) : reading.session;
      return { session: await converted(session, convert) };
    },
  };
}

function withoutLogin(session: ForeignSession): ForeignSession {
  if (session.userId === null) return session;
  const data = Object.entries(session.data).filter(([name]) => !flaskLoginKeys.has(name));
  return { ...session, data: Object.fromEntries(data) };
}
