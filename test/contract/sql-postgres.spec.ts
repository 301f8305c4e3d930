import { create } from '../../lib/stores/sql/create.js';
import { PostgresServer } from '../support/servers/postgres.js';
import { describeStore } from './describe-store.js';
import { sqlSettings } from './sql-settings.js';

let server: PostgresServer;

describeStore('SqlStore on PostgreSQL', {
  readsMany: true,
  open: () => create(sqlSettings(server.url)),
  start: async () => {
    server = await PostgresServer.start();
  },
  stop: () => server.stop(),
});
