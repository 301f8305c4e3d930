import type { Pool } from 'pg';
import type { UserId } from 'nestjs-session-auth';
import { RememberStore, type RememberRow, type StoredRememberRow } from 'nestjs-session-auth/store';

interface Remembered {
  readonly data: RememberRow;
  readonly version: number;
}

/** Keeps remembered logins in a table of PostgreSQL. */
export class RememberTable extends RememberStore {
  constructor(private readonly pool: Pool) {
    super();
  }

  override async create(family: string, row: RememberRow): Promise<boolean> {
    await this.pool.query('INSERT INTO remembered (family, owner, data, expires_at) VALUES ($1, $2, $3, $4)', [
      family,
      JSON.stringify(row.userId), // 7 and "7" are two users
      JSON.stringify(row),
      new Date(row.expiresAt),
    ]);
    return true;
  }

  override async read(family: string): Promise<StoredRememberRow | null> {
    const { rows } = await this.pool.query<Remembered>(
      'SELECT data, version FROM remembered WHERE family = $1 AND expires_at > now()',
      [family],
    );
    const [found] = rows;
    return found === undefined ? null : { row: found.data, version: found.version };
  }

  override async replace(
    family: string,
    row: RememberRow,
    version: unknown,
  ): Promise<'replaced' | 'gone' | StoredRememberRow> {
    const { rowCount } = await this.pool.query(
      `UPDATE remembered SET data = $3, expires_at = $4, version = version + 1
       WHERE family = $1 AND version = $2 AND expires_at > now()`,
      [family, version, JSON.stringify(row), new Date(row.expiresAt)],
    );
    return rowCount === 1 ? 'replaced' : ((await this.read(family)) ?? 'gone');
  }

  override async end(family: string): Promise<RememberRow | null> {
    const { rows } = await this.pool.query<Remembered>(
      'DELETE FROM remembered WHERE family = $1 AND expires_at > now() RETURNING data',
      [family],
    );
    return rows[0]?.data ?? null;
  }

  override async endAll(userId: UserId, exceptFamily = ''): Promise<number> {
    const { rowCount } = await this.pool.query(
      'DELETE FROM remembered WHERE owner = $1 AND family <> $2 AND expires_at > now()',
      [JSON.stringify(userId), exceptFamily],
    );
    return rowCount ?? 0;
  }
}
