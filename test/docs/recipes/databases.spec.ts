import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Controller, Get, Module, type Type } from '@nestjs/common';
import { AuthService, CurrentUser, Session, SessionModule, type SessionUser } from 'nestjs-session-auth';
import pg, { type Pool } from 'pg';
import { withEnvironment } from '../../support/environment.js';
import { CookieJar } from '../../support/jar.js';
import { PostgresServer } from '../../support/servers/postgres.js';
import { startRecipe } from '../application.js';
import { codeBlocks, pages } from '../pages.js';
import { recipeOf, type Recipe } from '../recipe.js';

const path = 'docs/recipes/databases.md';
const page = pages().find((page) => page.path === path);
const statements = codeBlocks(page ?? { path, text: '' }).find(({ language }) => language === 'sql')?.code ?? '';

let server: PostgresServer;
let recipe: Recipe;

beforeAll(async () => {
  server = await PostgresServer.start();
  recipe = recipeOf(path);
});

afterAll(async () => {
  recipe.remove();
  await server.stop();
});

it('keeps sessions in the table of the migration, over the pool of the application, in production', async () => {
  await server.administer((client) => client.query(statements));
  const settings = { DATABASE_URL: server.url, NODE_ENV: 'production', SECRET_KEY: 'a'.repeat(15) + server.url };
  await withEnvironment(settings, async () => {
    const { PoolModule } = (await recipe.load('src/pool.module.ts')) as { PoolModule: Type };
    const app = await startRecipe(applicationWith(PoolModule));
    const browser = new CookieJar(await app.getUrl());
    expect(await browser.json('/login')).toEqual({ user: { id: 7 } });
    expect(await browser.json('/')).toEqual({ user: { id: 7 } });
    await app.close();
  });
  const { rows } = await server.administer((client) => client.query('SELECT owner FROM auth.sessions'));
  expect(rows).toHaveLength(1);
});

it('shows the same statements in the migration of TypeORM', () => {
  const migration = recipe.text('src/create-sessions.migration.ts');
  const run = [...migration.matchAll(/query\(\s*['`]([^]*?)['`],?\s*\)/g)].map(([, statement = '']) =>
    plain(statement),
  );
  expect(run.slice(0, -1)).toEqual(statements.split(';').map(plain).filter(Boolean));
  expect(run.at(-1)).toBe('DROP TABLE auth.sessions');
});

function plain(statement: string): string {
  return statement.trim().replaceAll(/\s+/g, ' ');
}

function applicationWith(poolModule: Type): Type {
  @Controller()
  class LoginController {
    constructor(private readonly auth: AuthService) {}

    @Get('login')
    async login(@Session() session: Session) {
      await this.auth.login(session, 7);
      return { user: { id: this.auth.userId(session) } };
    }

    @Get()
    user(@CurrentUser() user: SessionUser | null) {
      return { user };
    }
  }

  @Module({
    imports: [
      poolModule,
      SessionModule.forRootAsync({
        inject: [pg.Pool],
        useFactory: (pool: Pool) => ({ type: 'sql', sql: { database: pool, table: 'auth.sessions' } }),
      }),
    ],
    controllers: [LoginController],
  })
  class TestModule {}
  return TestModule;
}
