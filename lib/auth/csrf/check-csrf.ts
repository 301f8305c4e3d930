import type { Environment } from '../../config/option.js';
import type { RoomCheck } from '../../config/room-check.js';
import { settingName } from '../../config/setting-name.js';
import { csrfOptions, type CsrfOptions } from './csrf.options.js';

/** The settings to check besides this room's own options. */
export interface CheckedForCsrf {
  readonly csrf: CsrfOptions;
  /** In ms; null: sessions do not get new ids periodically. */
  readonly rotateEvery: number | null;
}

const ownMachine = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/** Warns about settings that work, but admit or reject requests unexpectedly. */
export function checkCsrf({ csrf, rotateEvery }: CheckedForCsrf, environment: Environment): RoomCheck {
  const warnings: string[] = [];
  const unsafe = csrf.trustedOrigins.filter((origin) => origin.startsWith('http://') && !ownMachine.test(origin));
  if (environment === 'production' && unsafe.length > 0) {
    warnings.push(
      `${settingName(csrfOptions.trustedOrigins.env, 'csrf.trustedOrigins')} has ${unsafe.join(', ')}: an attacker in the network can impersonate a site without HTTPS.`,
    );
  }
  if (csrf.mode === 'token' && rotateEvery !== null) {
    warnings.push(
      `${settingName(csrfOptions.mode.env, 'csrf.mode')} is token, and SESSION_ROTATE_EVERY (rotateEvery) gives sessions a new id: forms opened before that are then rejected.`,
    );
  }
  return { problems: [], warnings };
}
