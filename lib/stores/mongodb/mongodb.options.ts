import { instance, text } from '../../config/kinds.js';
import { group, option } from '../../config/option.js';
import { isMongoDbClient, type MongoDbClient } from './mongodb.client.js';
import { mongoDbUrl } from './mongodb-url.js';
import { collectionExpected, collectionPattern, databaseExpected, databasePattern } from './names.js';

export const mongodbOptions = group("The MongoDB store: `type: 'mongodb'`.", {
  url: option<string | null>({
    env: 'SESSION_MONGODB',
    kind: mongoDbUrl(),
    default: (environment) => (environment === 'production' ? null : 'mongodb://127.0.0.1:27017/sessions'),
    defaultText: 'mongodb://127.0.0.1:27017/sessions, in production none',
    meaning:
      'The MongoDB server, or several of a replica set, as mongodb://user:password@host:port,host:port/database. MongoDB store only.',
    secret: true,
  }),
  client: option<MongoDbClient | null>({
    env: null,
    kind: instance<MongoDbClient>("a MongoClient of MongoDB's driver", isMongoDbClient),
    default: null,
    meaning: 'Your MongoClient: it is used as it is, and never closed. Takes precedence over the URL.',
  }),
  database: option<string | null>({
    env: 'SESSION_MONGODB_DB',
    kind: text({ pattern: databasePattern, expected: databaseExpected, nullable: true }),
    default: null,
    defaultText: 'that of the URL or of the client; `sessions` if the URL names none',
    meaning: 'The database of the MongoDB store.',
  }),
  collection: option<string>({
    env: 'SESSION_MONGODB_COLLECT',
    kind: text({ pattern: collectionPattern, expected: collectionExpected }),
    default: 'sessions',
    meaning: 'The collection of the MongoDB store.',
  }),
});
