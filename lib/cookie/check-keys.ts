import type { Environment } from '../config/option.js';
import type { RoomCheck } from '../config/room-check.js';
import { settingName } from '../config/setting-name.js';
import { type KeyOptions, keyOptions } from './cookie.options.js';
import { secretWeakness } from './secrets/secret-strength.js';

const makeSecret = `node -e "console.log(require('node:crypto').randomBytes(32).toString('base64url'))"`;

/**
 * Checks the secrets. Production rejects a weak one, former ones included: cookies signed with them are accepted, too.
 * Elsewhere there is a warning.
 */
export function checkKeys(keys: KeyOptions, environment: Environment): RoomCheck {
  const checks = [checkCurrent(keys, environment), checkFallbacks(keys, environment)];
  return {
    problems: checks.flatMap(({ problems }) => problems),
    warnings: checks.flatMap(({ warnings }) => warnings),
  };
}

function checkCurrent({ secretKey }: KeyOptions, environment: Environment): RoomCheck {
  const setting = settingName(keyOptions.secretKey.env, 'secretKey');
  const found = secretKey === null ? 'is not set' : secretWeakness(secretKey);
  if (found === null) return { problems: [], warnings: [] };
  if (environment === 'production') {
    return { problems: [{ setting, problem: `${found}; make one with: ${makeSecret}` }], warnings: [] };
  }
  const meanwhile =
    secretKey === null
      ? 'sessions are signed with a random secret and end when this process exits'
      : 'production will reject it';
  return { problems: [], warnings: [`${setting} ${found}: ${meanwhile}. Make one with: ${makeSecret}`] };
}

function checkFallbacks({ secretKey, secretKeyFallbacks }: KeyOptions, environment: Environment): RoomCheck {
  const setting = settingName(keyOptions.secretKeyFallbacks.env, 'secretKeyFallbacks');
  const current = secretKey === null ? null : Buffer.from(secretKey);
  const items = secretKeyFallbacks.map((fallback, index) => ({
    item: `item ${String(index + 1)}`,
    isCurrent: current?.equals(Buffer.from(fallback)) === true,
    weakness: secretWeakness(fallback),
  }));
  const weak = items.flatMap(({ item, isCurrent, weakness }) =>
    // Already reported for the current secret.
    weakness === null || isCurrent
      ? []
      : [`${item} ${weakness}: anyone who guesses it can forge cookies. Leave it out`],
  );
  const same = items
    .filter(({ isCurrent }) => isCurrent)
    .map(({ item }) => `${setting}, ${item}, is the current secret: leave it out.`);
  if (environment === 'production') return { problems: weak.map((problem) => ({ setting, problem })), warnings: same };
  return {
    problems: [],
    warnings: [...weak.map((problem) => `${setting}, ${problem}: production will reject it.`), ...same],
  };
}
