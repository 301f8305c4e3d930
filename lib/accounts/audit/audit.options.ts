import { bool, instance, integer, list, nullable, oneOf, secret, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import type { AuditLog } from './audit-log.js';

/** What is kept of everything that happens to accounts. */
export const auditOptions = group('The audit log: a tamper-evident record of what happens to accounts.', {
  log: option<AuditLog | null>({
    env: null,
    kind: nullable(instance('an AuditLog, such as new KyselyAuditLog(database)', isAuditLog)),
    default: null,
    defaultText: 'none: no audit log',
    meaning: 'Where the audit log is stored.',
  }),
  onError: option<'report' | 'fail'>({
    env: 'SECURITY_AUDIT_ON_ERROR',
    kind: oneOf(['report', 'fail']),
    default: 'report',
    meaning:
      'What happens if rows cannot be written. `report`: the error is logged, and they are written later. `fail`: responses of the routes of accounts wait for their rows, and are a 503 without them.',
  }),
  except: option<readonly string[]>({
    env: 'SECURITY_AUDIT_EXCEPT',
    kind: list(text({ pattern: /[A-Za-z]{1,100}/, expected: 'the name of an event, such as codeSent' })),
    default: [],
    defaultText: 'none',
    meaning: 'Events that are not recorded.',
  }),
  client: option({
    env: 'SECURITY_AUDIT_CLIENT',
    kind: bool(),
    default: true,
    meaning: 'Whether network addresses and browsers are recorded. They are personal data.',
  }),
  queueSize: option({
    env: 'SECURITY_AUDIT_QUEUE_SIZE',
    kind: integer({ min: 100, max: 1_000_000 }),
    default: 10_000,
    meaning: 'The maximum number of rows that wait to be written. Further ones are lost; a row then says how many.',
  }),
  formerKeys: option<readonly (string | Uint8Array)[]>({
    env: 'SECURITY_AUDIT_FORMER_KEYS',
    kind: list(secret()),
    default: [],
    defaultText: 'none',
    meaning:
      'Former values of `SECRET_KEY` that are no longer in `SECRET_KEY_FALLBACKS`. They verify the rows that they signed, and nothing else.',
    secret: true,
  }),
});

function isAuditLog(value: unknown): value is AuditLog {
  if (typeof value !== 'object' || value === null) return false;
  return ['head', 'append', 'list', 'prune'].every((name) => typeof Reflect.get(value, name) === 'function');
}
