import { maxHeaderSize } from 'node:http';
import { authOptions, type AuthOptions } from './auth/auth.options.js';
import type { LimiterOptions } from './auth/limiter/limiter.options.js';
import type { Environment } from './config/option.js';
import type { RoomCheck } from './config/room-check.js';
import { settingName } from './config/setting-name.js';
import type { ConfigProblem } from './errors.js';
import { sealedOptions, type SealedOptions } from './session/sealed.options.js';
import { sessionOptions, type SessionOptions } from './session/session.options.js';
import type { SessionStore } from './stores/session-store.js';

/** What of all settings matters where sessions are in cookies. */
interface SealedSettings
  extends Pick<SessionOptions, 'rotateEvery' | 'migrateFrom'>, Pick<AuthOptions, 'maxSessionsPerUser' | 'remember'> {
  readonly store: SessionStore | null;
  readonly limiter: LimiterOptions;
  readonly sealed: SealedOptions & { readonly revocations: unknown };
}

/** What a request has besides the session's cookies, roughly: other cookies, other headers. In bytes. */
const otherHeaders = 4096;

const isCookie = 'SESSION_TYPE (type) is cookie';
const revocations = 'SESSION_SEALED_REVOCATIONS (sealed.revocations)';

/** Whether everything that is asked for can be had of sessions that are in cookies. */
export function checkSealed(settings: SealedSettings, environment: Environment): RoomCheck {
  return { problems: problemsOf(settings), warnings: warningsOf(settings, environment) };
}

function problemsOf({ store, rotateEvery, maxSessionsPerUser: { max } }: SealedSettings): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const refuse = (env: string | null, path: string, problem: string): void => {
    problems.push({ setting: settingName(env, path), problem });
  };
  if (store !== null) {
    refuse(null, 'store', `is given, and ${isCookie}: leave one out, or give it as sealed.revocations`);
  }
  if (rotateEvery !== null) {
    refuse(sessionOptions.rotateEvery.env, 'rotateEvery', `needs sessions in a store, and ${isCookie}: leave it out`);
  }
  if (max !== null) {
    const problem = `needs a session store with an owner index, and ${isCookie}: leave it out`;
    refuse(authOptions.maxSessionsPerUser.max.env, 'maxSessionsPerUser', problem);
  }
  return problems;
}

function warningsOf({ sealed, remember, limiter, migrateFrom }: SealedSettings, environment: Environment): string[] {
  const warnings: string[] = [];
  if (sealed.maxSize + otherHeaders > maxHeaderSize) {
    warnings.push(
      `${settingName(sealedOptions.maxSize.env, 'sealed.maxSize')} is ${String(sealed.maxSize)} bytes, and this process ` +
        `refuses requests whose headers are longer than ${String(maxHeaderSize)}, so that a large session locks its owner ` +
        'out. Allow less, or start Node with --max-http-header-size.',
    );
  }
  if (sealed.revocations === 'memory' && environment === 'production') {
    warnings.push(
      `${revocations} is memory: what was ended in this process counts in others again, and when it restarts.`,
    );
  }
  if (sealed.revocations !== null) return warnings;
  if (environment === 'production') {
    warnings.push(
      `${isCookie}, without ${revocations}: a copy of a cookie is good until it expires, whatever logout does. ` +
        'Name a store there, or shorten the timeouts.',
    );
  }
  if (migrateFrom.length > 0) {
    warnings.push(
      `migrateFrom, without ${revocations}: an old cookie begins its session again after a logout, until it has expired.`,
    );
  }
  const refused = [
    ...(remember.store === null ? ['remember-me'] : []),
    ...(limiter.storage === null ? ['the limit of failed logins'] : []),
    'logoutAllUsers()',
  ];
  warnings.push(
    `${isCookie}, so there is no store, and what needs one is refused: ${refused.join(', ')}. ${revocations} names one.`,
  );
  return warnings;
}
