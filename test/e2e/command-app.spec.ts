import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CompiledCommand, type CommandOutcome } from '../support/command.js';

let program: CompiledCommand;

beforeAll(() => {
  program = new CompiledCommand();
});

afterAll(() => {
  program.remove();
});

const command = (words: readonly string[]): Promise<CommandOutcome> => program.run(words);

const application: CompiledCommand['application'] = (...given) => program.application(...given);

const cats = `
  import { Controller, Get, Module, Post, UseGuards } from '@nestjs/common';
  import { APP_GUARD } from '@nestjs/core';
  import { Fresh, Permissions, Public, Roles, Session, SessionAuthGuard, SessionModule } from '../lib/index.js';

  console.log('This application is talkative.');

  @Controller('cats')
  class CatsController {
    constructor() { throw new Error('created'); }

    @Get()
    open(@Session() session: Session) {}

    @Post('pay')
    @Roles.any('admin', 'owner')
    @Permissions('pay')
    @Fresh({ within: '5m', action: 'pay' })
    pay() {}

    @Get('start')
    @Public()
    start() {}
  }
`;

describe('nestjs-session-auth routes', () => {
  it('lists who may call which handler, and fails since one is unguarded', async () => {
    const app = application(
      'open',
      `${cats}
      @Module({ imports: [SessionModule.forRoot()], controllers: [CatsController] })
      export class AppModule {}`,
    );
    const { code, stdout, stderr } = await command(['routes', '--app', app]);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['ACCESS', 'CALLED BY', 'PATH', 'HANDLER', 'GUARDS', 'REQUIRES', 'CSRF', 'BY GET'],
      ['unguarded', 'GET', '/cats', 'CatsController.open()', '-', '-', '-', 'session'],
      [
        ...['login', 'POST', '/cats/pay', 'CatsController.pay()', 'SessionAuthGuard'],
        ...['role admin|owner, permission pay, fresh within 5m action pay', 'none', '-'],
      ],
      ['public', 'GET', '/cats/start', 'CatsController.start()', '-', '-', '-', '-'],
      [''],
      ['3 handlers, 1 unguarded.'],
      [''],
    ]);
    expect(stderr).toBe('This application is talkative.\n');
    expect(code).toBe(1);
  });

  it('prints JSON, and succeeds since nothing is unguarded', async () => {
    const app = application(
      'guarded',
      `${cats}
      @Module({
        imports: [SessionModule.forRootAsync({ useFactory: () => { throw new Error('called'); } })],
        controllers: [CatsController],
        providers: [{ provide: APP_GUARD, useExisting: SessionAuthGuard }],
      })
      export default class ShopModule {}`,
    );
    const { code, stdout } = await command(['routes', '--app', app, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      unguarded: 0,
      unknownGuards: 0,
      handlers: [
        {
          kind: 'http',
          method: 'GET',
          paths: ['/cats'],
          handler: 'CatsController.open()',
          access: 'login',
          guards: [{ name: 'SessionAuthGuard', on: 'application', requiresLogin: true, runs: true }],
          csrf: null,
          changesByGet: ['session'],
        },
        {
          access: 'login',
          roles: [{ names: ['admin', 'owner'], mode: 'any' }],
          permissions: [{ names: ['pay'], mode: 'all' }],
          fresh: { within: 300_000, action: 'pay' },
          csrf: 'none',
        },
        { access: 'public' },
      ],
    });
    expect(code).toBe(0);
  });

  it('lists resolvers and messages of gateways, too', async () => {
    const app = application(
      'operations',
      `
      import { Module, UseGuards } from '@nestjs/common';
      import { GraphQLModule, Query, ResolveField, Resolver } from '@nestjs/graphql';
      import { ApolloDriver } from '@nestjs/apollo';
      import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
      import { SessionAuthGuard, SessionModule } from '../lib/index.js';

      @Resolver('Cat')
      class CatsResolver {
        @Query('cats') @UseGuards(SessionAuthGuard)
        cats() {}
        @ResolveField('owner') @UseGuards(SessionAuthGuard)
        owner() {}
      }
      @WebSocketGateway({ namespace: 'chat' })
      class ChatGateway {
        @SubscribeMessage('shout')
        shout() {}
      }
      @Module({
        imports: [SessionModule.forRoot(), GraphQLModule.forRoot({ driver: ApolloDriver, typeDefs: 'type Cat { owner: Int } type Query { cats: Cat }' })],
        providers: [CatsResolver, ChatGateway],
      })
      export class AppModule {}`,
    );
    const { code, stdout } = await command(['routes', '--app', app]);
    expect(stdout).toMatch(/^login +query +cats +CatsResolver\.cats\(\) +SessionAuthGuard +- +- +-$/m);
    expect(stdout).toMatch(
      /^unguarded +field +Cat\.owner +CatsResolver\.owner\(\) +SessionAuthGuard \(not run\) +- +- +-$/m,
    );
    expect(stdout).toMatch(/^unguarded +gateway +chat shout +ChatGateway\.shout\(\) +- +- +- +-$/m);
    expect(code).toBe(1);
  });

  it('reads applications in CommonJS', async () => {
    const app = application(
      'commonjs',
      `${cats}
      @Module({ imports: [SessionModule.forRoot()], controllers: [CatsController] })
      export class ShopModule {}`,
      'commonjs',
    );
    expect(await command(['routes', '--app', app])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('3 handlers, 1 unguarded.'),
    });
  });

  it('says that it does not know what the factory of a guard makes', async () => {
    const app = application(
      'factory',
      `${cats}
      @Module({
        imports: [SessionModule.forRoot()],
        controllers: [CatsController],
        providers: [{ provide: APP_GUARD, inject: [SessionAuthGuard], useFactory: (guard) => guard }],
      })
      export class AppModule {}`,
    );
    const { code, stdout, stderr } = await command(['routes', '--app', app]);
    expect(stdout).toContain('3 handlers, 1 unguarded.');
    expect(stderr).toContain('An APP_GUARD is made by a factory, which is not called here, and counts as no guard.');
    expect(code).toBe(1);
  });

  it('knows the guards of methods that are overridden, which nothing has inherited yet', async () => {
    const app = application(
      'inherited',
      `${cats}
      class Base {
        @Get('kept') @Roles('admin')
        kept() {}
      }
      @Controller()
      class Derived extends Base {
        @Get('kept')
        override kept() {}
      }
      @Module({ imports: [SessionModule.forRoot()], controllers: [Derived] })
      export class AppModule {}`,
    );
    const { code, stdout } = await command(['routes', '--app', app]);
    expect(stdout).toMatch(/login +GET +\/kept +Derived\.kept\(\) +SessionAuthGuard +role admin/);
    expect(code).toBe(0);
  });

  it('takes the module that is named, of several', async () => {
    const app = application(
      'several',
      `${cats}
      @Module({ imports: [SessionModule.forRoot()] })
      export class EmptyModule {}
      @Module({ imports: [SessionModule.forRoot()], controllers: [CatsController] })
      export class ShopModule {}`,
    );
    expect(await command(['routes', '--app', `${app}#EmptyModule`])).toMatchObject({
      code: 0,
      stdout: '0 handlers, 0 unguarded.\n',
    });
    expect((await command(['routes', '--app', `${app}#ShopModule`])).stdout).toContain('3 handlers');
    const unnamed = await command(['routes', '--app', app]);
    expect(unnamed).toMatchObject({ code: 2, stdout: '' });
    expect(unnamed.stderr).toMatch(/exports several modules: choose one with --app .*#EmptyModule or #ShopModule/);
    const wrong = await command(['routes', '--app', `${app}#NoModule`]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('exports no class NoModule') });
  });

  it.each([
    ['does not import SessionModule', '@Module({}) export class AppModule {}', 2, /does not import SessionModule/],
    ['exports no module', 'export const nothing = 1;', 2, /exports no class with @Module\(\)/],
    ['throws', "throw new Error('no database');", 1, /could not be loaded: Error: no database/],
    [
      'lacks a provider of its own',
      '@Module({ imports: [null] }) export class AppModule {}',
      1,
      /could not be created: .*import/is,
    ],
  ])('says so of an application that %s', async (what, source, code, why) => {
    const app = application(what.replaceAll(' ', '-'), `import { Module } from '@nestjs/common';\n${source}`);
    const outcome = await command(['routes', '--app', app]);
    expect(outcome).toMatchObject({ code, stdout: '' });
    expect(outcome.stderr).toMatch(why);
  });
});

describe('nestjs-session-auth cleanup --app', () => {
  it('cleans up the store that the code of the application passes in, whatever the environment says', async () => {
    const app = application(
      'cleaned',
      `
      import { Module } from '@nestjs/common';
      import { SessionModule } from '../lib/index.js';
      import { FilesystemStore } from '../lib/stores/filesystem/index.js';

      const store = new FilesystemStore({ dir: process.env.SHOP_DIR });
      const before = new FilesystemStore({ dir: process.env.SHOP_DIR }, { log: console, now: () => Date.now() - 7_200_000 });
      for (const key of ['a', 'b']) await before.write(key, Buffer.from('1'), 3_600_000, 'absent');

      @Module({ imports: [SessionModule.forRoot({ store, secretKey: 'a-secret-for-tests-of-32-bytes-and-more' })] })
      export class AppModule {}`,
    );
    writeFileSync(join(program.folder, 'cleaned/settings.env'), 'SHOP_DIR=shop-sessions\nSESSION_TYPE=null\n');
    const words = ['cleanup', '--app', app, '--env-file', 'cleaned/settings.env'];
    expect(await command(words)).toEqual({
      code: 0,
      stdout: 'Removed 2 expired sessions (FilesystemStore).\n',
      stderr: '',
    });
    expect(await command([...words, '--json'])).toMatchObject({
      stdout: '{"store":"FilesystemStore","removed":2}\n',
    });
  });

  it('does not leave an application running that keeps something open', async () => {
    const app = application(
      'open-handles',
      `
      import { Module } from '@nestjs/common';
      import { SessionModule } from '../lib/index.js';
      setInterval(() => undefined, 1000);
      @Module({ imports: [SessionModule.forRoot({ type: 'memory', secretKey: 'a-secret-for-tests-of-32-bytes-and-more' })] })
      export class AppModule {}`,
    );
    const outcome = await command(['cleanup', '--app', app]);
    expect(outcome).toMatchObject({ code: 0, stdout: '' });
    expect(outcome.stderr).toContain('sessions in memory are in the application');
  });

  it('says which settings of the application are invalid', async () => {
    const app = application(
      'invalid',
      `
      import { Module } from '@nestjs/common';
      import { SessionModule } from '../lib/index.js';
      @Module({ imports: [SessionModule.forRoot({ type: 'redsi' })] })
      export class AppModule {}`,
    );
    const outcome = await command(['cleanup', '--app', app]);
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toMatch(/SESSION_TYPE \(type\).*expected one of/);
    expect(outcome.stderr).toContain('SECRET_KEY');
  });
});
