import type { TableName } from '../../stores/sql/connection.js';
import type { AccountDialect } from '../repository/kysely/account-dialect.js';

/**
 * The statement that creates the table of adopted users: it says which user of which source became which account. It has no foreign key: an
 * account that is deleted must not come back with the next run. When the other application is gone, the table may go.
 */
export function adoptedTable(dialect: AccountDialect, name: TableName): string {
  const isMysql = dialect.quote(name).startsWith('`');
  const text = (length: number): string => {
    if (isMysql) return `VARBINARY(${String(length)})`;
    return dialect.isSynchronous ? 'TEXT' : 'text COLLATE "C"';
  };
  const columns = [
    `source ${text(255)} NOT NULL`,
    `foreign_id ${text(255)} NOT NULL`,
    `account_id ${text(128)} NOT NULL`,
    `mark ${text(64)} NOT NULL`,
    'version BIGINT NOT NULL',
    'logins BIGINT NOT NULL',
    'adopted_at BIGINT NOT NULL',
    'PRIMARY KEY (source, foreign_id)',
  ];
  return `CREATE TABLE IF NOT EXISTS ${dialect.quote(name)} (\n  ${columns.join(',\n  ')}\n)`;
}
