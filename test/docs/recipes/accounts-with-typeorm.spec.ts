import { afterAll, beforeAll } from '@jest/globals';
import { join } from 'node:path';
import Database from 'libsql';
import type { AccountRepository } from 'nestjs-session-auth/accounts';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { describeAccounts } from '../../contract/describe-accounts.js';
import { PostgresServer } from '../../support/servers/postgres.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { recipeOf, type Recipe } from '../recipe.js';

let recipe: Recipe;
let entities: Record<string, () => void>;
let TypeOrmAccounts: new (database: DataSource) => AccountRepository;
const sources: DataSource[] = [];

beforeAll(async () => {
  recipe = recipeOf('docs/recipes/accounts-with-typeorm.md');
  entities = (await recipe.load('src/user.entity.ts')) as typeof entities;
  ({ TypeOrmAccounts } = (await recipe.load('src/typeorm-accounts.ts')) as {
    TypeOrmAccounts: typeof TypeOrmAccounts;
  });
});

afterAll(() => {
  recipe.remove();
});

async function open(options: DataSourceOptions): Promise<void> {
  sources.push(await new DataSource(options).initialize());
}

function repository(): AccountRepository {
  const source = sources.at(-1);
  if (source === undefined) throw new Error('There is no connection.');
  return new TypeOrmAccounts(source);
}

let server: PostgresServer;

describeAccounts('TypeOrmAccounts on PostgreSQL', {
  makesIds: true,
  open: repository,
  async start() {
    server = await PostgresServer.start();
    await open({ type: 'postgres', url: server.url, entities, synchronize: true });
  },
  async stop() {
    await sources.pop()?.destroy();
    await server.stop();
  },
});

let folder: ReturnType<typeof temporaryFolder>;

describeAccounts('TypeOrmAccounts on SQLite', {
  makesIds: true,
  isAlone: true,
  open: repository,
  async start() {
    folder = temporaryFolder('typeorm-accounts');
    const database = join(folder.path, 'app.db');
    const prepareDatabase = (file: Database.Database): void => {
      file.exec('PRAGMA synchronous = OFF');
    };
    await open({
      type: 'better-sqlite3',
      driver: Database,
      database,
      entities,
      synchronize: true,
      prepareDatabase,
    });
  },
  async stop() {
    await sources.pop()?.destroy();
    folder.remove();
  },
});
