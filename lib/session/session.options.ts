import { DAY, MINUTE } from '../config/time.js';
import { bool, clock, duration, instance, integer, list, nullable, oneOf, size, text } from '../config/kinds.js';
import { option, type Environment, type OptionKind, type ResolvedOptions } from '../config/option.js';
import type { RoomCheck } from '../config/room-check.js';
import { settingName } from '../config/setting-name.js';
import { isSessionSource, type SessionSource } from './foreign-session.js';
import { type Refresh, refreshKind } from './refresh.js';
import type { Serializer } from './serializer/serializer.js';
import type { SessionObserver } from './observer.js';
import { timeoutsUnder } from './timeouts.js';

const LONGEST_REFRESH_INTERVAL = 5 * MINUTE;

/** How long sessions live, what they may hold, and how parallel changes are handled. */
export const sessionOptions = {
  idleTimeout: option({
    env: 'PERMANENT_SESSION_LIFETIME',
    kind: duration({ min: 1, nullable: true }),
    default: 31 * DAY,
    defaultText: '31d',
    meaning:
      'Idle timeout: a session that is not used for this long expires. Applies to every session, permanent or not; `null` turns it off.',
  }),
  absoluteTimeout: option({
    env: 'SESSION_ABSOLUTE_TIMEOUT',
    kind: duration({ min: 1, nullable: true }),
    default: 90 * DAY,
    defaultText: '90d',
    meaning:
      'Absolute timeout: a session expires this long after it was created, however much it is used; `null` turns it off.',
  }),
  timeouts: option({
    env: 'SESSION_TIMEOUTS',
    kind: oneOf(['monthly', 'daily', 'twice-daily'], { nullable: true }),
    default: null,
    defaultText: 'none',
    meaning:
      'How often users must log in, whatever the other timeouts say: `monthly`: 30d in total; `daily`: 24h in total, 1h idle; `twice-daily`: 12h in total, 15m idle. These are the limits of NIST SP 800-63B-4 for AAL 1, 2 and 3. Under the latter two, remember-me is off.',
  }),
  permanent: option({
    env: 'SESSION_PERMANENT',
    kind: bool(),
    default: false,
    meaning:
      'Whether the cookie of a new session outlives the browser; `session.permanent` changes it for one session.',
  }),
  refresh: option<Refresh, 'auto' | number | string | false>({
    env: 'SESSION_REFRESH_INTERVAL',
    kind: refreshKind(),
    default: 'auto',
    defaultText: '`auto`: a twentieth of the idle timeout, at most 5m',
    meaning:
      'How old a cookie may be before reading extends the session in the store and issues the cookie again; `false`: only a change does. `SESSION_REFRESH_EACH_REQUEST=false`, as in Flask, is the same as `false`.',
  }),
  rotateEvery: option({
    env: 'SESSION_ROTATE_EVERY',
    kind: duration({ min: 1, nullable: true }),
    default: null,
    defaultText: 'off',
    meaning: 'How often a session in use gets a new id.',
  }),
  rotateGrace: option({
    env: 'SESSION_ROTATE_GRACE',
    kind: duration({ min: 1 }),
    default: 30_000,
    defaultText: '30s',
    meaning: 'How long the id before a periodic rotation still leads to the session, for requests in flight.',
  }),
  idLength: option({
    env: 'SESSION_ID_LENGTH',
    kind: integer({ min: 16, max: 256 }),
    default: 32,
    meaning: 'Bytes of randomness in a session id; at least 16 (128 bits).',
  }),
  keyPrefix: option({
    env: 'SESSION_KEY_PREFIX',
    kind: text(),
    default: 'session:',
    meaning: 'The prefix of the keys in the store.',
  }),
  serializer: option<'msgpack' | 'json' | Serializer>({
    env: 'SESSION_SERIALIZATION_FORMAT',
    kind: serializerKind(),
    default: 'msgpack',
    meaning:
      'The format of records: `msgpack`, `json`, or in code a `Serializer`. Both built-in formats are read, whichever is written.',
  }),
  maxSize: option({
    env: 'SESSION_MAX_SIZE',
    kind: size({ min: 128 }),
    default: 262_144,
    defaultText: '256kb',
    meaning: 'The maximum size of a stored session. One that is already larger may stay, and shrink.',
  }),
  maxNodes: option({
    env: 'SESSION_MAX_NODES',
    kind: integer({ min: 64, nullable: true }),
    default: 20_000,
    meaning:
      'How many values a session may hold, at any depth: each string, number, array, object and so on, and each flash message as three. `null`: as many as fit into `maxSize`.',
  }),
  maxRetries: option({
    env: 'SESSION_MAX_RETRIES',
    kind: integer({ min: 0, max: 10_000 }),
    default: 64,
    meaning: 'How often a write is retried if other requests change the same session, before the request gets a 503.',
  }),
  onGone: option({
    env: 'SESSION_ON_GONE',
    kind: oneOf(['drop', 'error']),
    default: 'drop' as const,
    meaning:
      'What happens to a request that changed a session which was ended while it ran: nothing is saved, and with `error` the response is a 409.',
  }),
  migrateFrom: option<readonly SessionSource[]>({
    env: null,
    kind: list(instance('a source of sessions, such as from fromFlask() or fromExpress()', isSessionSource)),
    default: () => [],
    defaultText: 'none',
    meaning:
      'Sources of live sessions of other frameworks, which are migrated: read in order if a request has one of their cookies and no session of ours.',
  }),
  observer: option({
    env: null,
    kind: nullable(instance<SessionObserver>('an object with methods of SessionObserver', isObserver)),
    default: null,
    defaultText: 'none',
    meaning: 'A listener for late writes, overwritten values, broken records, logins and so on.',
  }),
  clock: option({
    env: null,
    kind: clock(),
    default: () => Date.now,
    defaultText: '`Date.now`',
    meaning: 'The clock for timeouts; for tests.',
  }),
};

export type SessionOptions = ResolvedOptions<typeof sessionOptions>;

/** How old a cookie may be before the session is extended, in ms; null: reading does not extend it. */
export function refreshIntervalOf(
  options: Pick<SessionOptions, 'refresh' | 'idleTimeout' | 'absoluteTimeout' | 'timeouts'>,
): number | null {
  const { idleTimeout } = timeoutsUnder(options.timeouts, options);
  if (options.refresh === false || idleTimeout === null) return null;
  return options.refresh === 'auto'
    ? Math.min(LONGEST_REFRESH_INTERVAL, Math.floor(idleTimeout / 20))
    : options.refresh;
}

export function checkSession(options: SessionOptions, environment: Environment): RoomCheck {
  const { refresh, rotateEvery, rotateGrace, timeouts } = options;
  const { idleTimeout, absoluteTimeout } = timeoutsUnder(timeouts, options);
  const problems: { setting: string; problem: string }[] = [];
  const warnings: string[] = [];
  const name = (key: keyof typeof sessionOptions): string => settingName(sessionOptions[key].env, key);

  // Normal under a preset, if nobody set it.
  const isMeant = timeouts !== null && options.idleTimeout === sessionOptions.idleTimeout.default;
  if (idleTimeout !== null && absoluteTimeout !== null && idleTimeout > absoluteTimeout && !isMeant) {
    warnings.push(
      `${name('idleTimeout')} is longer than ${name('absoluteTimeout')}, so only the latter has an effect.`,
    );
  }
  if (idleTimeout !== null && typeof refresh === 'number' && refresh >= idleTimeout) {
    problems.push({
      setting: name('refresh'),
      problem: `must be shorter than ${name('idleTimeout')}, or sessions in use end`,
    });
  }
  if (rotateEvery !== null && rotateGrace >= rotateEvery) {
    problems.push({ setting: name('rotateGrace'), problem: `must be shorter than ${name('rotateEvery')}` });
  }
  if (environment === 'production' && idleTimeout === null && absoluteTimeout === null) {
    warnings.push(`${name('idleTimeout')} and ${name('absoluteTimeout')} are both off: sessions never expire.`);
  }
  return { problems, warnings };
}

function serializerKind(): OptionKind<'msgpack' | 'json' | Serializer> {
  const builtIn = oneOf(['msgpack', 'json']);
  return {
    expected: `${builtIn.expected}, or in code an object with encode and decode`,
    parse: (raw, source) => (source === 'code' && isSerializer(raw) ? raw : builtIn.parse(raw, source)),
  };
}

function isSerializer(value: unknown): value is Serializer {
  return (
    typeof value === 'object' &&
    value !== null &&
    'encode' in value &&
    typeof value.encode === 'function' &&
    'decode' in value &&
    typeof value.decode === 'function'
  );
}

function isObserver(value: unknown): value is SessionObserver {
  return typeof value === 'object' && value !== null;
}
