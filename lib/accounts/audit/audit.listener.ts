import { Inject, Injectable } from '@nestjs/common';
import { SessionListener } from '../../http/session-listener.decorator.js';
import { SessionRuntime } from '../../http/session-runtime.js';
import { observeAll, type SessionEventName } from '../../session/observer.js';
import { AccountsConfig } from '../accounts-config.js';
import { actorIn, auditedEvents, isKept } from './audited-events.js';
import { auditContext } from './audit-context.js';
import { AuditWriter } from './audit-writer.js';

/** In characters, so that no row is of any size. */
const longest = { id: 128, address: 64, userAgent: 256, data: 4_000 };

/** What has a column of its own. */
const inColumns: ReadonlySet<string> = new Set(['userId', 'address', 'by']);

/** Makes a row of every event of an account, and of those of its logins. No event holds a secret. */
@Injectable()
@SessionListener()
export class AuditListener {
  constructor(
    config: AccountsConfig,
    private readonly writer: AuditWriter,
    @Inject(SessionRuntime) private readonly runtime: Pick<SessionRuntime, 'now'>,
  ) {
    const { log, except, client } = config.options.audit;
    if (log === null) return;
    const kept = new Set<SessionEventName>(auditedEvents.filter((name) => !except.includes(name)));
    const observer = observeAll((name, event) => {
      if (kept.has(name) && isKept(name, event)) this.#add(name, event, client);
    });
    Object.assign(this, observer);
  }

  #add(name: SessionEventName, event: object, client: boolean): void {
    const userId: unknown = Reflect.get(event, 'userId');
    const address: unknown = client ? Reflect.get(event, 'address') : null;
    const userAgent = client ? (auditContext.getStore()?.userAgent ?? '') : '';
    const entries = Object.entries(event).filter(([key]) => !inColumns.has(key));
    this.writer.add({
      at: this.runtime.now(),
      event: name,
      accountId: textOrNull(userId, longest.id),
      ...actorIn(name, event),
      address: textOrNull(address, longest.address),
      userAgent: textOrNull(userAgent, longest.userAgent),
      data: dataOf(Object.fromEntries(entries)),
    });
  }
}

/** Text that every database returns as it was, cut; null: none. */
function textOrNull(value: unknown, most: number): string | null {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string' || value === '') return null;
  const text = value.replace(/\p{Cc}/gu, ' ').slice(0, most);
  return text.replace(/\p{Cs}/gu, '\u{fffd}');
}

function dataOf(data: object): string {
  const text = JSON.stringify(data, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  // JSON writes NUL and lone surrogates as escapes, which a text column keeps.
  return text.length <= longest.data ? text : JSON.stringify({ omitted: text.length });
}
