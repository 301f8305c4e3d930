import type { FlashMessage } from '../../session/flash.js';
import type { ForeignSession, SessionSource } from '../../session/foreign-session.js';
import {
  converted,
  faultsOfSecrets,
  type MigrationOptions,
  type SessionContent,
  unusableSource,
  warningsOfSecrets,
} from '../migration.js';
import { type ExpressKeys, readExpressCookie, secretsOf } from './express-cookie.js';
import { type ExpressRecord, type ExpressRecordCookie, readExpressRecord } from './express-record.js';
import type { ExpressRecords } from './records.js';

/** Where an Express application keeps its sessions, and how to migrate them. @publicApi */
export interface FromExpressOptions extends ExpressKeys, MigrationOptions {
  /** Access to the records: `expressRedisRecords`, `expressStoreRecords`, or your own. */
  readonly records: ExpressRecords;
  /** The option `name` of express-session. Default: `connect.sid`. */
  readonly cookieName?: string | undefined;
  /**
   * Returns who is logged in, from the session's data; `null`: nobody. Default: what Passport stores under `passport.user`, if
   * that is a string or a number; `passport` is then removed from the data.
   */
  readonly userId?: ((data: SessionContent) => string | number | null) | undefined;
}

/**
 * The live sessions of an Express application, for `migrateFrom`. What connect-flash stores under `flash` becomes flash
 * messages. Invalid options, such as an empty secret, stop the application's start along with other invalid settings.
 *
 * @publicApi
 */
export function fromExpress(options: FromExpressOptions): SessionSource {
  const { records, cookieName = 'connect.sid', cookiePath, cookieDomain, old = 'keep', convert } = options;
  const names = { framework: 'Express', cookieName, old };
  const faults = faultsOfSecrets(options);
  if (faults.length > 0) return unusableSource(names, faults);
  const secrets = secretsOf(options);
  return {
    ...names,
    isSigned: true,
    cookiePath,
    cookieDomain,
    check: () => ({ problems: [], warnings: warningsOfSecrets(options) }),
    keyOf: (cookie) => readExpressCookie(cookie, secrets),
    async read(cookie, now) {
      const id = readExpressCookie(cookie, secrets);
      const stored = id === null ? null : ((await records.get(id)) ?? null);
      if (id === null || stored === null) return null;
      const reading = readExpressRecord(stored);
      if ('refused' in reading) return reading;
      if (records.liveOnly !== true && hasEnded(reading.record.cookie, now)) return null;
      const session = takenApart(id, reading.record, options);
      return isEmpty(session) ? null : { session: await converted(session, convert) };
    },
  };
}

function takenApart(id: string, record: ExpressRecord, options: FromExpressOptions): ForeignSession {
  const { cookie, ...all } = record;
  const [userId, rest] = options.userId === undefined ? passportLogin(all) : [options.userId(all), all];
  const [flashes, data] = connectFlashes(rest);
  return {
    data,
    permanent: (cookie.originalMaxAge ?? cookie.expires ?? false) !== false,
    flashes,
    userId,
    // Visits to the other application extend it.
    expiresAt: null,
    remove: async () => {
      await options.records.delete?.(id);
    },
  };
}

function passportLogin(all: SessionContent): [userId: string | number | null, rest: SessionContent] {
  const { passport, ...rest } = all;
  const user: unknown = isObject(passport) ? passport['user'] : undefined;
  return (typeof user === 'string' && user !== '') || typeof user === 'number' ? [user, rest] : [null, all];
}

function connectFlashes(all: SessionContent): [flashes: FlashMessage[], rest: SessionContent] {
  const { flash, ...rest } = all;
  if (!isObject(flash)) return [[], all];
  const categories = Object.entries(flash);
  // An application's own value under this name stays in the data.
  if (!categories.every((entry): entry is [string, string[]] => isListOfTexts(entry[1]))) return [[], all];
  return [categories.flatMap(([category, messages]) => messages.map((message) => ({ category, message }))), rest];
}

function hasEnded({ expires }: ExpressRecordCookie, now: number): boolean {
  return expires !== undefined && expires !== null && expires !== false && new Date(expires).getTime() <= now;
}

/** A session without content, which `saveUninitialized` has stored. */
function isEmpty({ data, flashes, userId }: ForeignSession): boolean {
  return Object.keys(data).length === 0 && flashes.length === 0 && userId === null;
}

function isListOfTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
