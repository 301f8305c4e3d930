import { AdoptionError } from '../adoption-error.js';
import { emptyUser, type ForeignUser, Refused } from '../foreign-user.js';
import type { ForeignDatabase, ForeignRow, ForeignTable } from '../source/foreign-database.js';
import type { ForeignValue } from '../source/source-dialect.js';
import { addressIn, countIn, flagIn, textIn, timeIn } from '../source/values.js';
import type { ForeignColumnName, ForeignUsers, FormatSettings } from './foreign-format.js';

/** What is read of a table of users, and in which columns it may be. */
type UserColumn = ForeignColumnName | 'loginCount' | 'lastAt' | 'lastIp' | 'currentAt' | 'currentIp' | 'lockedAt';

export type UsualColumns = Readonly<Partial<Record<UserColumn, readonly string[]>>>;

const trackingColumns: readonly UserColumn[] = [
  'updatedAt',
  'loginCount',
  'lastAt',
  'lastIp',
  'currentAt',
  'currentIp',
];

/** A table of users whose columns are known. */
export class UsersTable {
  readonly key: string;
  readonly columns: readonly string[];
  readonly tracking: ReadonlySet<string>;

  private constructor(
    readonly table: ForeignTable,
    private readonly names: ReadonlyMap<UserColumn, string>,
    private readonly flagRoles: Readonly<Record<string, string>>,
    more: readonly string[],
  ) {
    this.key = names.get('id') ?? '';
    this.columns = [...new Set([...names.values(), ...Object.keys(flagRoles), ...more])];
    this.tracking = new Set(trackingColumns.flatMap((column) => names.get(column) ?? []));
  }

  /**
   * @param usual the columns' usual names
   * @param more other columns, of which those are read that there are
   * @throws AdoptionError if the table or a column is missing
   */
  static async open(
    database: ForeignDatabase,
    { table: given, columns, flagRoles }: FormatSettings,
    tables: readonly string[],
    usual: UsualColumns,
    more: readonly string[] = [],
  ): Promise<UsersTable> {
    const wanted = given === null ? tables : [given];
    const table = await database.firstTable(wanted);
    if (table === null) {
      const hint = given === null ? ' Name it with --table.' : '';
      throw new AdoptionError(
        wanted.length === 0
          ? 'Name the table of users with --table.'
          : `There is no table ${wanted.join(' or ')}.${hint}`,
      );
    }
    const names = new Map<UserColumn, string>();
    for (const [column, candidates] of [...Object.entries(usual), ...Object.entries(columns)] as [
      UserColumn,
      string | readonly string[],
    ][]) {
      const found = [candidates].flat().find((name) => table.columns.has(name));
      if (found !== undefined) names.set(column, found);
      else if (typeof candidates === 'string') throw noColumn(table, candidates, column);
    }
    for (const column of ['id', 'email'] as const) {
      if (!names.has(column)) throw noColumn(table, usual[column]?.join(' or ') ?? column, column);
    }
    for (const column of Object.keys(flagRoles)) {
      if (!table.columns.has(column)) throw noColumn(table, column, 'flag-role');
    }
    return new UsersTable(
      table,
      names,
      flagRoles,
      more.filter((name) => table.columns.has(name)),
    );
  }

  /** What a format says of its table. */
  get described(): Pick<ForeignUsers, 'table' | 'key' | 'columns' | 'tracking' | 'read'> {
    const { table, key, columns, tracking } = this;
    return { table, key, columns, tracking, read: Object.fromEntries(this.names) };
  }

  has(column: UserColumn): boolean {
    return this.names.has(column);
  }

  /** What the table itself says of a user. @throws Refused */
  decode(row: ForeignRow): ForeignUser {
    const value = (column: UserColumn): ForeignValue => row[this.names.get(column) ?? ''] ?? null;
    const login = (at: UserColumn, ip: UserColumn): ForeignUser['lastLogin'] => {
      const time = timeIn(value(at));
      return time && { at: time, ip: addressIn(value(ip)) };
    };
    return {
      ...emptyUser,
      email: textIn(value('email')),
      username: textIn(value('username')),
      password: textIn(value('password')),
      active: this.#flag(value('active'), this.has('active') ? false : true),
      confirmedAt: this.#confirmedAt(value('confirmedAt'), timeIn(value('createdAt'))),
      createdAt: timeIn(value('createdAt')),
      roles: [
        ...rolesIn(value('roles')),
        ...Object.entries(this.flagRoles).flatMap(([column, role]) =>
          this.#flag(row[column] ?? null, false) ? [role] : [],
        ),
      ],
      loginCount: countIn(value('loginCount')),
      lastLogin: login('lastAt', 'lastIp'),
      currentLogin: login('currentAt', 'currentIp'),
    };
  }

  /** @param missing what nothing means. @throws Refused for what is neither yes nor no */
  #flag(value: ForeignValue, missing: boolean): boolean {
    if (textIn(value) === null) return missing;
    const flag = flagIn(value);
    if (flag === null) throw new Refused('VALUE_INVALID');
    return flag;
  }

  /** A time, or a yes, which counts from when the user was created. */
  #confirmedAt(value: ForeignValue, createdAt: Date | null): Date | null {
    const flag = flagIn(value);
    if (flag !== null) return flag ? (createdAt ?? new Date(0)) : null;
    const time = timeIn(value);
    if (time === null && textIn(value) !== null) throw new Refused('VALUE_INVALID');
    return time;
  }
}

/** Users of whom nothing is in another table. */
export function withoutMore(users: UsersTable): ForeignUsers {
  return {
    ...users.described,
    hints: [],
    gather: (rows) => Promise.resolve(rows.map((row) => ({ row, roles: [], more: {} }))),
    // Asynchronous, so that a refusal rejects.
    decode: async ({ row }) => Promise.resolve(users.decode(row)),
  };
}

/** Roles in a column of their own: one, several with commas between them, or a list of JSON. @throws Refused */
function rolesIn(value: ForeignValue): readonly string[] {
  const text = textIn(value)?.trim() ?? '';
  if (!text.startsWith('[')) {
    const plain = /^\{.*\}$/s.test(text) ? text.slice(1, -1).replaceAll('"', '') : text;
    return plain
      .split(',')
      .map((role) => role.trim())
      .filter((role) => role !== '');
  }
  try {
    const roles: unknown = JSON.parse(text);
    if (Array.isArray(roles) && roles.every((role) => typeof role === 'string')) return roles;
  } catch {
    // As below.
  }
  throw new Refused('VALUE_INVALID');
}

function noColumn({ name }: ForeignTable, column: string, what: string): AdoptionError {
  return new AdoptionError(`The table ${name.name} has no column ${column} (${what}).`);
}
