import { create } from '../../lib/stores/sql/create.js';
import { MariadbServer } from '../support/servers/mariadb.js';
import { describeStore } from './describe-store.js';
import { sqlSettings } from './sql-settings.js';

let server: MariadbServer;

describeStore('SqlStore on MariaDB', {
  readsMany: true,
  open: () => create(sqlSettings(server.url)),
  start: async () => {
    server = await MariadbServer.start();
  },
  stop: () => server.stop(),
});
