import { examineClock } from '../server-clock.js';
import type { Finding } from '../session-store.js';
import type { Inspection } from './dialects/dialect.js';

/** Runs a statement without parameters. */
type Rows = (sql: string) => Promise<readonly unknown[]>;

const columns = ['session_key', 'owner', 'record', 'version', 'expires_at'];

/** The columns by which statements look for rows, and what is slow without an index of each. */
const indexed = new Map([
  ['session_key', 'every request'],
  ['owner', 'listing and ending the sessions of a user'],
  ['expires_at', 'removing expired sessions'],
]);

/** What an operator should know of a database: its clock, the table and its indexes. */
export async function examineSql(
  rows: Rows,
  inspection: Inspection,
  table: string,
  now: () => number,
): Promise<readonly Finding[]> {
  const clock = async (): Promise<number> => Number(valuesIn(await rows(inspection.clock), 'now')[0]);
  return [
    await examineClock(clock, now),
    tableFinding(table, valuesIn(await rows(inspection.columns), 'name')),
    indexFinding(table, valuesIn(await rows(inspection.indexes), 'name')),
  ];
}

function tableFinding(table: string, found: readonly string[]): Finding {
  const check = 'table';
  if (found.length === 0) {
    const text = `the table ${table} does not exist: create it with createSessionTable(), or set SESSION_SQL_CREATE_TABLE`;
    return { check, status: 'failed', text };
  }
  const missing = columns.filter((column) => !found.includes(column));
  return missing.length === 0
    ? { check, status: 'ok', text: `the table ${table} has all columns` }
    : {
        check,
        status: 'failed',
        text: `the table ${table} lacks ${missing.join(', ')}: it is another table, or an old one`,
      };
}

function indexFinding(table: string, found: readonly string[]): Finding {
  const missing = [...indexed].filter(([column]) => !found.includes(column));
  if (missing.length === 0) return { check: 'indexes', status: 'ok', text: `the table ${table} has all indexes` };
  const slow = missing.map(([column, what]) => `${column} (${what})`).join(', ');
  const text = `the table ${table} has no index on ${slow}, which is slow: createSessionTable() creates what is missing`;
  return { check: 'indexes', status: 'warning', text };
}

function valuesIn(rows: readonly unknown[], column: string): string[] {
  return rows.map((row) => String(typeof row === 'object' && row !== null ? Reflect.get(row, column) : ''));
}
