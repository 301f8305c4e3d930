import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { PostgresServer } from '../support/servers/postgres.js';
import { describeAccounts } from './describe-accounts.js';
import { UsersTable } from './users-table.js';

const page = readFileSync(join(import.meta.dirname, '../../docs/accounts/repository.md'), 'utf8');
const pools: pg.Pool[] = [];
let server: PostgresServer;

describe('the repository over a table of your own in docs/accounts/repository.md', () => {
  it('is the one that is tried here', () => {
    expect(page).toContain(readFileSync(join(import.meta.dirname, 'users-table.ts'), 'utf8'));
  });
});

describeAccounts('UsersTable on PostgreSQL', {
  makesIds: true,
  open() {
    const pool = new pg.Pool({ connectionString: server.url, max: 8 });
    pools.push(pool);
    return new UsersTable(pool);
  },
  async start() {
    server = await PostgresServer.start();
    const [schema] = /CREATE TABLE users \([^]*?^```$/m.exec(page) ?? [];
    await server.administer((client) => client.query((schema ?? '').replace('```', '')));
  },
  async stop() {
    await Promise.all(pools.map((pool) => pool.end()));
    await server.stop();
  },
});
