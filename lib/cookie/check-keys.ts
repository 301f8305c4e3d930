import type { Environment } from '../config/option.js';
import type { RoomCheck } from '../config/room-check.js';
import { settingName } from '../config/setting-name.js';
import { type KeyOptions, keyOptions } from './cookie.options.js';
import { secretWeakness } from './secret-strength.js';

const makeSecret = `node -e "console.log(require('node:crypto').randomBytes(32).toString('base64url'))"`;

/** Whether the secrets are worth the name. Production refuses a weak one; elsewhere it is warned of. */
export function checkKeys({ secretKey, secretKeyFallbacks }: KeyOptions, environment: Environment): RoomCheck {
  const setting = settingName(keyOptions.secretKey.env, 'secretKey');
  const found = secretKey === null ? 'is not set' : secretWeakness(secretKey);
  const warnings = fallbackWarnings(secretKey, secretKeyFallbacks);
  if (found === null) return { problems: [], warnings };
  if (environment === 'production') {
    return { problems: [{ setting, problem: `${found}; make one with: ${makeSecret}` }], warnings };
  }
  const meanwhile =
    secretKey === null
      ? 'sessions are signed with a random one and end when this process does'
      : 'production will refuse it';
  return { problems: [], warnings: [`${setting} ${found}: ${meanwhile}. Make one with: ${makeSecret}`, ...warnings] };
}

function fallbackWarnings(secretKey: KeyOptions['secretKey'], fallbacks: KeyOptions['secretKeyFallbacks']): string[] {
  const setting = settingName(keyOptions.secretKeyFallbacks.env, 'secretKeyFallbacks');
  const current = secretKey === null ? null : Buffer.from(secretKey);
  return fallbacks.flatMap((fallback, index) => {
    const item = `${setting}, item ${String(index + 1)},`;
    if (current?.equals(Buffer.from(fallback)) === true) return [`${item} is the current secret: leave it out.`];
    const weakness = secretWeakness(fallback);
    return weakness === null ? [] : [`${item} ${weakness}: whoever guesses it can forge cookies. Drop it soon.`];
  });
}
