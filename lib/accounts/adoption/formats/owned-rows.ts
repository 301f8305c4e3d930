import type { ForeignDatabase, ForeignRow, ForeignTable } from '../source/foreign-database.js';
import type { ForeignValue } from '../source/source-dialect.js';
import { idIn } from '../source/values.js';

/** The rows of a table that belong to users. */
export class OwnedRows {
  private constructor(
    private readonly database: ForeignDatabase,
    private readonly table: ForeignTable | null,
    private readonly owner: string,
    private readonly columns: readonly string[],
  ) {}

  /** The first of `tables` that there is, and of the columns `owners` say whose rows they are; without one, no user has any. Of `columns`, those are read that there are. */
  static async open(
    database: ForeignDatabase,
    tables: readonly string[],
    owners: readonly string[],
    columns: readonly string[],
  ): Promise<OwnedRows> {
    const table = await database.firstTable(tables);
    const wanted = columns.filter((name) => table?.columns.has(name) === true);
    const owner = owners.find((name) => table?.columns.has(name) === true);
    return new OwnedRows(database, owner === undefined ? null : table, owner ?? '', wanted);
  }

  /** By the id of their owner. */
  async of(ids: readonly Exclude<ForeignValue, null>[]): Promise<ReadonlyMap<string, readonly ForeignRow[]>> {
    const owned = new Map<string, ForeignRow[]>();
    if (this.table === null) return owned;
    for (const row of await this.database.matching(this.table, [this.owner, ...this.columns], this.owner, ids)) {
      const id = idIn(row[this.owner]);
      const rows = owned.get(id);
      if (rows === undefined) owned.set(id, [row]);
      else rows.push(row);
    }
    return owned;
  }
}
