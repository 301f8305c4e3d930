import type { ResolvedOptions } from '../../lib/config/option.js';
import type { sqlOptions } from '../../lib/stores/sql/sql.options.js';

/** The options of the SQL store as they are in development, with a database. */
export function sqlSettings(url: string | null): ResolvedOptions<typeof sqlOptions> {
  return { url, database: null, table: 'sessions', createTable: true, pruneInterval: 600_000, pruneBatch: 1_000 };
}
