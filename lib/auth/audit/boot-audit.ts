import { settingName } from '../../config/setting-name.js';
import { SessionConfigError } from '../../errors.js';
import { auditOptions } from './audit.options.js';
import type { HandlerReport } from './handler-report.js';
import { auditOf, titleOf, unguardedIn, type Audited } from './route-audit.js';

/** How many handlers a warning names. */
const NAMED = 10;

/**
 * A warning that names the unguarded handlers of an application; null: there are none.
 *
 * @throws SessionConfigError that names each of them, if `mode` is `refuse`
 */
export function auditAtBoot(application: Audited, mode: 'warn' | 'refuse'): string | null {
  const unguarded = unguardedIn(auditOf(application));
  const setting = settingName(auditOptions.audit.env, 'audit');
  if (unguarded.length === 0) return null;
  if (mode === 'refuse') {
    throw new SessionConfigError(
      unguarded.map((report) => ({
        setting: titleOf(report),
        problem: `is unguarded, which ${setting} refuses: ${remedyOf(report)}`,
      })),
    );
  }
  const named = unguarded.slice(0, NAMED).map(titleOf).join(', ');
  const more = unguarded.length > NAMED ? ` and ${String(unguarded.length - NAMED)} more` : '';
  return `Unguarded: ${named}${more}. Neither a guard that requires a login nor @Public() applies there: add @UseGuards(SessionAuthGuard), or @Public() if anyone may call it.`;
}

function remedyOf({ guards }: HandlerReport): string {
  return guards.some(({ runs }) => !runs)
    ? "Nest does not run its guards, unless fieldResolverEnhancers of GraphQLModule has 'guards'"
    : 'add @UseGuards(SessionAuthGuard), or @Public() if anyone may call it';
}
