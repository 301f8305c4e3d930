import { bool, instance, integer, list, nullable, oneOf, secret, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import type { AuditLog } from './audit-log.js';

/** What is kept of everything that happens to accounts. */
export const auditOptions = group(
  'What is kept of everything that happens to accounts, in a chain that nobody can change unnoticed.',
  {
    log: option<AuditLog | null>({
      env: null,
      kind: nullable(instance('an AuditLog, such as new KyselyAuditLog(database)', isAuditLog)),
      default: null,
      defaultText: 'none: nothing is kept',
      meaning: 'Where it is kept.',
    }),
    onError: option<'report' | 'fail'>({
      env: 'SECURITY_AUDIT_ON_ERROR',
      kind: oneOf(['report', 'fail']),
      default: 'report',
      meaning:
        'What happens while rows cannot be written. `report`: it is logged, and they are written later. `fail`: answers of the routes of accounts wait for their rows, and are a 503 without them.',
    }),
    except: option<readonly string[]>({
      env: 'SECURITY_AUDIT_EXCEPT',
      kind: list(text({ pattern: /[A-Za-z]{1,100}/, expected: 'the name of an event, such as codeSent' })),
      default: [],
      defaultText: 'none',
      meaning: 'Events that are not kept.',
    }),
    client: option({
      env: 'SECURITY_AUDIT_CLIENT',
      kind: bool(),
      default: true,
      meaning: 'Whether the network address and the browser are kept. They are personal data.',
    }),
    queueSize: option({
      env: 'SECURITY_AUDIT_QUEUE_SIZE',
      kind: integer({ min: 100, max: 1_000_000 }),
      default: 10_000,
      meaning: 'How many rows may wait to be written; more are lost, and a row says how many.',
    }),
    formerKeys: option<readonly (string | Uint8Array)[]>({
      env: 'SECURITY_AUDIT_FORMER_KEYS',
      kind: list(secret()),
      default: [],
      defaultText: 'none',
      meaning:
        'Secrets that were `SECRET_KEY` once, and are not in `SECRET_KEY_FALLBACKS` any more: rows that they have signed are verified.',
      secret: true,
    }),
  },
);

function isAuditLog(value: unknown): value is AuditLog {
  if (typeof value !== 'object' || value === null) return false;
  return ['head', 'append', 'list', 'prune'].every((name) => typeof Reflect.get(value, name) === 'function');
}
