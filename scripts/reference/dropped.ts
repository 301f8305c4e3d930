import { formerNames } from '../../lib/former-options.js';

/** Whether an option is declared only because it is still accepted: it stands in no reference. */
export function isDropped(path: string): boolean {
  return formerNames.some(({ former, now }) => former === path && now === null);
}
