import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { PostgresServer } from '../support/servers/postgres.js';
import { rememberStoreContract } from './remember-store-cases.js';
import { RememberTable } from './remember-table.js';

const page = readFileSync(join(import.meta.dirname, '../../docs/auth/remember-me.md'), 'utf8');

describe('the RememberStore in docs/auth/remember-me.md, on PostgreSQL', () => {
  let server: PostgresServer;
  const pools: pg.Pool[] = [];

  function table(): RememberTable {
    const pool = new pg.Pool({ connectionString: server.url, max: 8 });
    pools.push(pool);
    return new RememberTable(pool);
  }

  beforeAll(async () => {
    server = await PostgresServer.start();
    const [, schema = ''] = /^```sql\n([^]*?)^```$/m.exec(page) ?? [];
    await server.administer((client) => client.query(schema));
  });

  afterAll(async () => {
    await Promise.all(pools.map((pool) => pool.end()));
    await server.stop();
  });

  it('is the one that is tried here', () => {
    expect(page).toContain(readFileSync(join(import.meta.dirname, 'remember-table.ts'), 'utf8'));
  });

  for (const { name, run } of rememberStoreContract()) {
    it(name, () => run({ store: table(), anotherInstance: table }));
  }
});
