/** What this package is told for each of its stores. The build is imported by its place: this folder is a package of its own. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createSessionTable } from '../../../dist/dynamodb.js';

const host = '127.0.0.1';

/** By the names in `stores.mjs`. @param context `ports` of the servers, and a `folder` that does not exist yet */
const settings = {
  memory: () => ({ type: 'memory' }),
  filesystem: ({ folder }) => ({ type: 'filesystem', filesystem: { dir: folder } }),
  lmdb: ({ folder }) => ({ type: 'lmdb', lmdb: { path: folder } }),
  redis: ({ ports }) => ({ type: 'redis', redis: { url: `redis://${host}:${ports.redis}` } }),
  postgres: ({ ports }) => sql(`postgres://postgres@${host}:${ports.postgres}/postgres`),
  mariadb: ({ ports }) => sql(`mariadb://shop@${host}:${ports.mariadb}/sessions`),
  sqlite: ({ folder }) => sql(`sqlite:${folder}.sqlite`),
  memcached: ({ ports }) => ({ type: 'memcached', memcached: { servers: [`${host}:${ports.memcached}`] } }),
  dynamodb,
  cookie: () => ({ type: 'cookie' }),
  revocations: () => ({ type: 'cookie', sealed: { revocations: 'memory' } }),
};

export const storeSettings = (store, context) => settings[store](context);

const sql = (url) => ({ type: 'sql', sql: { url, createTable: true } });

async function dynamodb({ ports }) {
  const client = new DynamoDBClient({
    endpoint: `http://${host}:${ports.dynamodb}`,
    region: 'local',
    credentials: { accessKeyId: 'benchmark', secretAccessKey: 'benchmark' },
  });
  await createSessionTable(client);
  return { type: 'dynamodb', dynamodb: { client } };
}
