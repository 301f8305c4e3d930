import type { ForeignDatabase } from '../source/foreign-database.js';
import type { ForeignValue } from '../source/source-dialect.js';
import { idIn, textIn } from '../source/values.js';
import { OwnedRows } from './owned-rows.js';

/** Roles in a table, and which user has which in another. */
export class RolesByTable {
  private constructor(
    private readonly links: OwnedRows,
    private readonly role: string,
    private readonly names: ReadonlyMap<string, string>,
  ) {}

  static async open(
    database: ForeignDatabase,
    where: {
      readonly links: readonly string[];
      readonly user: string;
      readonly role: string;
      readonly roles: readonly string[];
    },
  ): Promise<RolesByTable> {
    const links = await OwnedRows.open(database, where.links, [where.user], [where.role]);
    const table = await database.firstTable(where.roles);
    const rows = table === null ? [] : await database.all(table, ['id', 'name']);
    return new RolesByTable(
      links,
      where.role,
      new Map(rows.map((row) => [idIn(row['id']), textIn(row['name']) ?? ''])),
    );
  }

  /** The names of their roles, by users. */
  async of(ids: readonly Exclude<ForeignValue, null>[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const links = await this.links.of(ids);
    return new Map(
      [...links].map(([id, rows]) => [
        id,
        rows
          .map((row) => this.names.get(idIn(row[this.role])) ?? '')
          .filter((name) => name !== '')
          .sort(),
      ]),
    );
  }
}
