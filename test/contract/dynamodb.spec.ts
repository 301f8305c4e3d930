import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createSessionTable, DynamoDbStore } from '../../lib/stores/dynamodb/index.js';
import { DynaliteServer } from '../support/servers/dynalite.js';
import { describeStore } from './describe-store.js';

let server: DynaliteServer;
let client: DynamoDBClient;

describeStore('DynamoDbStore', {
  open: () => new DynamoDbStore({ client }),
  lacks: ['prune', 'keys'],
  start: async () => {
    server = await DynaliteServer.start();
    client = server.client();
    await createSessionTable(client);
  },
  stop: async () => {
    client.destroy();
    await server.stop();
  },
});
