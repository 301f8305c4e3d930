import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { create } from '../../lib/stores/mongodb/create.js';
import { createSessionIndexes, MongoDbStore } from '../../lib/stores/mongodb/index.js';
import { notRun } from '../support/not-run.js';
import { MongoStandIn } from '../support/servers/mongo-stand-in.js';
import { describeStore } from './describe-store.js';

const settings = { client: null, database: null, collection: `sessions-${randomUUID()}` };
const url = process.env['MONGODB_URL'];

/** What is not MongoDB cannot show what MongoDB does: how it takes turns, what it does with times, when a write is safe. */
let standIn: MongoStandIn;

describeStore('MongoDbStore on a stand-in for a server', {
  open: () => create({ ...settings, url: standIn.url }),
  lacks: ['prune'],
  start: async () => {
    standIn = await MongoStandIn.start();
  },
  stop: () => standIn.stop(),
});

if (url === undefined) {
  notRun('the contract of session stores on a MongoDB server', 'MONGODB_URL names none');
} else {
  const client = new MongoClient(url);
  const collection = client.db().collection(settings.collection);

  describeStore('MongoDbStore on the server of MONGODB_URL', {
    open: () => create({ ...settings, url, database: client.db().databaseName }),
    lacks: ['prune'],
    stop: async () => {
      await collection.drop();
      await client.close();
    },
  });

  describe('MongoDB', () => {
    it('has the indexes by which it removes what has expired, and finds the sessions of a user', async () => {
      const own = new MongoClient(url);
      const other = `${settings.collection}-indexes`;
      try {
        await createSessionIndexes(own, { collection: other });
        const store = new MongoDbStore({ client: own, collection: other });
        await store.write('key', Buffer.from('1'), 60_000, 'absent', 'owner');
        await store.close();
        const indexes = await own.db().collection(other).indexes();
        expect(indexes).toContainEqual(expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }));
        expect(indexes).toContainEqual(expect.objectContaining({ key: { owner: 1 } }));
      } finally {
        await own.db().collection(other).drop();
        await own.close();
      }
    });
  });
}
