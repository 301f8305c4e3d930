import { describe, expect, it } from '@jest/globals';
import { SessionConfigError } from '../../../../lib/errors.js';
import { sqlOptions } from '../../../../lib/stores/sql/sql.options.js';
import { OptionMismatch } from '../../../../lib/config/option.js';
import { parseTableName, quoted } from '../../../../lib/stores/sql/table-name.js';

const longest = 'a'.repeat(48);

describe('the name of the session table', () => {
  it.each([
    ['sessions', '"sessions"'],
    ['_Sessions2', '"_Sessions2"'],
    ['app.sessions', '"app"."sessions"'],
    [`${longest}.${longest}`, `"${longest}"."${longest}"`],
  ])('may be %s', (name, inQuotes) => {
    expect(quoted(parseTableName(name), '"')).toBe(inQuotes);
    expect(sqlOptions.table.kind.parse(name, 'environment')).toBe(name);
  });

  it.each([
    '',
    '1sessions',
    'sessions;',
    'sessions; DROP TABLE users',
    'my sessions',
    '"sessions"',
    '`sessions`',
    'a.b.c',
    '.sessions',
    'sessions.',
    'sesiones_ñ',
    'sessions\n',
    `${longest}a`,
  ])('may not be %j', (name) => {
    expect(() => parseTableName(name)).toThrow(SessionConfigError);
    expect(() => parseTableName(name)).toThrow(/SESSION_SQL_TABLE \(sql\.table\)/);
    expect(sqlOptions.table.kind.parse(name, 'environment')).toBeInstanceOf(OptionMismatch);
  });
});
