import { AsyncLocalStorage } from 'node:async_hooks';

/** Who is being answered, as far as events do not say it themselves. */
export interface AuditContext {
  /** The `User-Agent` header; empty: unknown. */
  readonly userAgent: string;
}

/** The request that a route of accounts answers. */
export const auditContext = new AsyncLocalStorage<AuditContext>();
