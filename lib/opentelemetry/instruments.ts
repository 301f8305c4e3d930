import type { AttributeValue } from '@opentelemetry/api';
import { isSessionError } from '../errors.js';
import type { OwnSessionEventName, SessionEventName, SessionEventOf } from '../session/observer.js';
import type { SessionOperation } from '../session/session-meter.js';

/** The instrumentation scope of all spans and metrics. */
export const SCOPE = 'nestjs-session-auth';

/** What an instrument measures. `docs/reference/metrics.md` is made from these declarations. */
export interface Instrument {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
}

/** The time of each operation, in a span of the same name without `.duration`. */
export const durations: Readonly<Record<SessionOperation, Instrument>> = {
  load: duration('load', 'Reading the session that the cookie of a request names.'),
  commit: duration(
    'commit',
    'Saving what a request has changed, or extending its session, with the wait for others that save the same one.',
  ),
  login: duration('login', 'Giving a session a new id at a login, without your check of the password.'),
  confirm: duration('confirm', 'Giving a session a new id when a login is confirmed.'),
  regenerate: duration('regenerate', 'Giving a session a new id by `regenerate()`.'),
  destroy: duration('destroy', 'Ending a session, at a logout for example.'),
};

/** Bounds of the histograms, in seconds: those that OpenTelemetry assumes are too coarse for a store nearby. */
export const durationBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What writers meet that save one session at the same time. */
export const contention = {
  conflict: counter('conflicts', '{conflict}', 'A write found that another process had changed the session.'),
  merged: counter('merges', '{merge}', 'Changes of a request were merged with those of others.'),
};

/** The attributes, and what they say. */
export const attributeMeanings = {
  'error.type':
    'the code of the error, such as `SESSION_STORE_UNAVAILABLE`, or its class; only if the operation failed',
  'nestjs_session.found': 'whether the session exists; `false`: it has expired or was ended',
  'nestjs_session.event': 'the name of the event, such as `factorFailed`',
  'nestjs_session.framework': 'where the session comes from, such as `Flask`',
  'nestjs_session.protection': '`basic` or `strong`',
  'nestjs_session.reason':
    'why, as in [the event](events.md) of this name; of lost writes: `ended`, `undeliverable` or `overwritten`',
  'nestjs_session.restored': 'whether remember-me logged the user in',
} as const;

export type AttributeName = keyof typeof attributeMeanings;

/** How the events of one name are counted. No attribute names a session, a user or a client. */
export interface CountedEvent<Name extends SessionEventName> {
  readonly instrument: Instrument;
  readonly attributes: Readonly<Partial<Record<AttributeName, (event: SessionEventOf<Name>) => AttributeValue>>>;
}

type CountedEvents = { readonly [Name in OwnSessionEventName]: CountedEvent<Name> | null };

const lostWrites = counter(
  'lost_writes',
  '{write}',
  'A change was not saved, or was saved over that of another request.',
);
const logins = counter('logins', '{login}', 'A user logged in.');

/** By the name of the event; null: it is not counted. */
export const countedEvents: CountedEvents = {
  login: { instrument: logins, attributes: { 'nestjs_session.restored': ({ restored }) => restored } },
  // It is a login that is `restored`, and counts there.
  remembered: null,
  logout: { instrument: counter('logouts', '{logout}', 'A user logged out.'), attributes: {} },
  loginFailed: {
    instrument: counter('login_failures', '{login}', 'A login failed at the limiter, or was not attempted.'),
    attributes: { 'nestjs_session.reason': ({ reason }) => reason },
  },
  confirmed: { instrument: counter('confirmations', '{confirmation}', 'A login was confirmed.'), attributes: {} },
  rememberStolen: {
    instrument: counter('stolen_tokens', '{token}', 'A used remember-me token was sent again.'),
    attributes: {},
  },
  revoked: {
    instrument: counter('revocations', '{revocation}', 'Sessions were ended from elsewhere.'),
    attributes: {},
  },
  protected: {
    instrument: counter(
      'protections',
      '{session}',
      'A session was used by another client than the one that logged in.',
    ),
    attributes: { 'nestjs_session.protection': ({ protection }) => protection },
  },
  refused: {
    instrument: counter(
      'refusals',
      '{request}',
      'A guard rejected a request, or a login with correct credentials was rejected.',
    ),
    attributes: { 'nestjs_session.reason': ({ reason }) => reason },
  },
  created: {
    instrument: counter('sessions.created', '{session}', 'A session was stored for the first time.'),
    attributes: {},
  },
  destroyed: {
    instrument: counter('sessions.destroyed', '{session}', 'The application ended a session.'),
    attributes: {},
  },
  rotated: { instrument: counter('sessions.rotated', '{session}', 'A session got a new id.'), attributes: {} },
  expired: {
    instrument: counter('expired_cookies', '{request}', 'A request sent the cookie of a session that has ended.'),
    attributes: {},
  },
  socketClosed: {
    instrument: counter('sockets.closed', '{socket}', 'An open WebSocket was closed, because its login had ended.'),
    attributes: {},
  },
  migrated: {
    instrument: counter('sessions.migrated', '{session}', 'A session of another framework was migrated.'),
    attributes: { 'nestjs_session.framework': ({ framework }) => framework },
  },
  migrationRefused: {
    instrument: counter('migration_refusals', '{session}', 'A session of another framework could not be migrated.'),
    attributes: { 'nestjs_session.framework': ({ framework }) => framework },
  },
  lateWrite: { instrument: lostWrites, attributes: { 'nestjs_session.reason': () => 'ended' } },
  droppedChange: { instrument: lostWrites, attributes: { 'nestjs_session.reason': () => 'undeliverable' } },
  overwritten: { instrument: lostWrites, attributes: { 'nestjs_session.reason': () => 'overwritten' } },
  brokenRecord: {
    instrument: counter('broken_records', '{record}', 'A stored record could not be read.'),
    attributes: {},
  },
  storeError: {
    instrument: counter('store_errors', '{error}', 'The store did not answer in time, or returned an error.'),
    attributes: { 'error.type': ({ error }) => errorType(error) },
  },
};

/** Events that features have added, by their names: more cannot be known of them that names nobody. */
export const featureEvents = counter(
  'feature_events',
  '{event}',
  'Something has happened in a feature, such as in accounts.',
);

/** An error as an attribute: its message may name a server. */
export function errorType(error: unknown): string {
  if (isSessionError(error)) return error.code;
  return error instanceof Error ? error.constructor.name : 'unknown';
}

function duration(operation: SessionOperation, description: string): Instrument {
  return { name: `nestjs_session.${operation}.duration`, unit: 's', description };
}

function counter(name: string, unit: string, description: string): Instrument {
  return { name: `nestjs_session.${name}`, unit, description };
}
