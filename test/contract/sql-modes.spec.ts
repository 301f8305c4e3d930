import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Kysely, MysqlDialect } from 'kysely';
import { createPool } from 'mysql2';
import { create } from '../../lib/stores/sql/create.js';
import { SqlStore } from '../../lib/stores/sql/index.js';
import { type StoreAbility, storeContract } from '../../lib/testing/index.js';
import { MariadbServer } from '../support/servers/mariadb.js';
import { PostgresServer } from '../support/servers/postgres.js';
import { sqlSettings } from './sql-settings.js';

// Servers are started and stopped, on machines that are busy.
type Server = PostgresServer | MariadbServer;

interface Mode {
  readonly name: string;
  /** Those abilities that depend on it. */
  readonly abilities: readonly StoreAbility[];
  start(): Promise<Server>;
  open(server: Server): Promise<SqlStore>;
}

const modes: Mode[] = [
  {
    name: 'PostgreSQL that is serializable',
    abilities: ['gone', 'many-at-once', 'owner-index'],
    start: () => PostgresServer.start({ args: ['-c', 'default_transaction_isolation=serializable'] }),
    open: (server) => create(sqlSettings(server.url)),
  },
  {
    name: 'MariaDB that is serializable, writes texts in another way, and compares them without case',
    abilities: ['read-write', 'gone', 'many-at-once', 'owner-index'],
    start: () =>
      MariadbServer.start({
        args: [
          ...['--sql-mode=ANSI_QUOTES,NO_BACKSLASH_ESCAPES', '--transaction-isolation=SERIALIZABLE'],
          ...[
            '--character-set-server=latin1',
            '--collation-server=latin1_general_ci',
            '--innodb-snapshot-isolation=ON',
          ],
        ],
      }),
    open: (server) => create(sqlSettings(server.url)),
  },
  {
    name: 'MariaDB that cuts what is too long, with a client that counts changes alone and integers as texts',
    abilities: ['read-write', 'gone', 'many-at-once'],
    start: () => MariadbServer.start({ args: ['--sql-mode=', '--transaction-isolation=READ-COMMITTED'] }),
    open: async (server) => {
      const pool = createPool({
        uri: server.url,
        flags: ['-FOUND_ROWS'],
        supportBigNumbers: true,
        bigNumberStrings: true,
      });
      return new ClosingStore(new Kysely<object>({ dialect: new MysqlDialect({ pool }) }));
    },
  },
];

/** Closes the application's database with the store, which the store does not do. */
class ClosingStore extends SqlStore {
  constructor(private readonly kysely: Kysely<object>) {
    super({ database: kysely, createTable: true });
  }

  override async close(): Promise<void> {
    await super.close();
    await this.kysely.destroy();
  }
}

describe.each(modes)('SqlStore on $name', ({ abilities, start, open }) => {
  let server: Server;

  beforeAll(async () => {
    server = await start();
  });

  afterAll(() => server.stop());

  it('touches what was touched this very millisecond', async () => {
    const store = await open(server);
    try {
      await store.write('touched', Buffer.from('1'), 60_000, 'absent');
      const touches = await Promise.all(Array.from({ length: 200 }, () => store.touch('touched', 60_000)));
      expect(new Set(touches)).toEqual(new Set([true]));
    } finally {
      await store.close();
    }
  });

  for (const { ability, name, run } of storeContract()) {
    if (!abilities.includes(ability)) continue;
    it(`${ability}: ${name}`, async () => {
      const stores = [await open(server), await open(server)] as const;
      try {
        await run({ store: stores[0], anotherInstance: () => stores[1] });
      } finally {
        for (const store of stores) await store.close();
      }
    });
  }
});
