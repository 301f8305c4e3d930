import { oneOf } from '../../config/kinds.js';
import { option } from '../../config/option.js';

/** What to do at boot about handlers that anyone can call although nothing says so. */
export const auditOptions = {
  audit: option({
    env: 'SESSION_AUDIT',
    kind: oneOf(['warn', 'refuse'], { nullable: true }),
    default: null,
    defaultText: 'off',
    meaning:
      'What happens at boot if a handler is unguarded: neither a guard that requires a login nor `@Public()` applies to it. `warn`: a line in the log names them; `refuse`: the application does not start.',
  }),
};
