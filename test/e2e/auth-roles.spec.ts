import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  AuthService,
  Fresh,
  Permissions,
  Roles,
  Session,
  SessionAuthGuard,
  type SessionModuleOptions,
} from 'nestjs-session-auth';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { inTurn } from '../support/combinations.js';
import { HeardEvents } from '../support/heard-events.js';
import { ask } from '../support/raw-http.js';

const inside = { inside: true };
const address = '127.0.0.1';
const forbidden = { statusCode: 403, message: 'Forbidden' };

@Controller()
class AccountController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  async login(@Session() session: Session) {
    await this.auth.login(session, 7, { fresh: false });
    return { id: session.id };
  }
}

@Controller('roles')
class RolesController {
  @Get('editor')
  @Roles('editor')
  editor() {
    return inside;
  }

  @Get('editor-or-admin')
  @Roles.any('editor', 'admin')
  editorOrAdmin() {
    return inside;
  }

  @Get('any')
  @Roles.any('editor', 'admin')
  any() {
    return inside;
  }

  @Get('all')
  @Roles.all('editor', 'admin')
  all() {
    return inside;
  }

  @Get('twice')
  @Roles.any('editor', 'admin')
  @Roles('german')
  twice() {
    return inside;
  }

  @Get('fresh')
  @Roles('editor')
  @Fresh()
  fresh() {
    return inside;
  }

  @Get('inherited')
  @Roles('constructor')
  inherited() {
    return inside;
  }

  @Get('letter')
  @Roles('e')
  letter() {
    return inside;
  }
}

@Controller('permissions')
class PermissionsController {
  @Get('read')
  @Permissions('read')
  read() {
    return inside;
  }

  @Get('read-and-write')
  @Permissions.all('read', 'write')
  readAndWrite() {
    return inside;
  }

  @Get('all')
  @Permissions.all('read', 'write')
  all() {
    return inside;
  }

  @Get('any')
  @Permissions.any('read', 'write')
  any() {
    return inside;
  }
}

@Controller('admin')
@Roles('admin')
@Permissions('read')
class AdminController {
  @Get('nothing')
  nothing() {
    return inside;
  }

  @Get('german')
  @Roles('german')
  german() {
    return inside;
  }

  @Get('write')
  @Permissions('write')
  write() {
    return inside;
  }
}

@Controller('super')
@Roles('super')
class SuperController extends AdminController {}

@Controller('heir')
class HeirController extends AdminController {}

const controllers = [
  AccountController,
  RolesController,
  PermissionsController,
  AdminController,
  SuperController,
  HeirController,
];

describe.each(inTurn(platforms))('%s', (platform) => {
  const heard = new HeardEvents();
  const logger = new CapturedLogger();

  /** An application whose user is who `user` says. */
  async function start(user: () => object, options: SessionModuleOptions = {}): Promise<RunningApp> {
    const session = { observer: heard.observer, userLoader: () => user(), ...options };
    return startApp({ platform, logger, session, controllers });
  }

  async function login(running: RunningApp) {
    const jar = running.jar();
    const { id } = (await jar.json('/login', { method: 'POST' })) as { id: string };
    heard.forget();
    return { id, jar, status: async (path: string): Promise<number> => (await jar.fetch(path)).status };
  }

  describe('by the fields of the user', () => {
    let running: RunningApp;
    let user: object = {};
    beforeAll(async () => {
      running = await start(() => user);
    });
    afterAll(() => running.close());

    async function asking(who: object) {
      user = who;
      return login(running);
    }

    it.each<[path: string, roles: string[], status: number]>([
      ['editor', ['editor'], 200],
      ['editor', ['admin', 'editor'], 200],
      ['editor', ['admin'], 403],
      ['editor', [], 403],
      ['editor', ['Editor'], 403],
      ['editor', ['editor '], 403],
      ['editor-or-admin', ['admin'], 200],
      ['editor-or-admin', ['german'], 403],
      ['any', ['editor'], 200],
      ['any', ['german'], 403],
      ['all', ['editor', 'admin'], 200],
      ['all', ['editor'], 403],
      ['twice', ['admin', 'german'], 200],
      ['twice', ['admin', 'editor'], 403],
      ['twice', ['german'], 403],
      ['inherited', ['editor'], 403],
    ])('Flask-Security row 65: /roles/%s for %j is a %d', async (path, roles, status) => {
      const { jar } = await asking({ id: 7, roles });
      const response = await jar.fetch(`/roles/${path}`);
      expect([response.status, await response.json()]).toEqual([status, status === 200 ? inside : forbidden]);
    });

    it.each<[path: string, permissions: string[], status: number]>([
      ['read', ['read'], 200],
      ['read', ['write'], 403],
      ['read-and-write', ['read', 'write'], 200],
      ['read-and-write', ['read'], 403],
      ['all', ['write'], 403],
      ['all', ['read', 'write', 'delete'], 200],
      ['any', ['write'], 200],
      ['any', ['delete'], 403],
    ])('Flask-Security row 65: /permissions/%s for %j is a %d', async (path, permissions, status) => {
      const { jar } = await asking({ id: 7, permissions });
      const response = await jar.fetch(`/permissions/${path}`);
      expect([response.status, await response.json()]).toEqual([status, status === 200 ? inside : forbidden]);
    });

    it.each<[path: string, user: { roles?: string[]; permissions?: string[] }, status: number]>([
      ['/admin/nothing', { roles: ['admin'], permissions: ['read'] }, 200],
      ['/admin/nothing', { roles: ['admin'] }, 403],
      ['/admin/nothing', { permissions: ['read'] }, 403],
      ['/admin/german', { roles: ['admin', 'german'], permissions: ['read'] }, 200],
      ['/admin/german', { roles: ['german'], permissions: ['read'] }, 403],
      ['/admin/write', { roles: ['admin'], permissions: ['read', 'write'] }, 200],
      ['/admin/write', { roles: ['admin'], permissions: ['write'] }, 403],
      ['/heir/nothing', { roles: ['admin'], permissions: ['read'] }, 200],
      ['/heir/german', { roles: ['german'], permissions: ['read'] }, 403],
      ['/super/nothing', { roles: ['admin', 'super'], permissions: ['read'] }, 200],
      ['/super/nothing', { roles: ['super'], permissions: ['read'] }, 403],
      ['/super/nothing', { roles: ['admin'], permissions: ['read'] }, 403],
    ])('what controller, base class and route ask for adds up: %s for %j is a %d', async (path, user, expected) => {
      const { status } = await asking({ id: 7, ...user });
      expect(await status(path)).toBe(expected);
    });

    it.each<[string, unknown, number]>([
      ['texts', ['admin', 'editor'], 200],
      ['a text by itself', 'editor', 200],
      ['objects with a name', [{ name: 'editor', level: 3 }], 200],
      ['a Set', new Set(['editor']), 200],
      ['a generator', (() => ['editor'].values())(), 200],
      ['nothing', undefined, 403],
      ['null', null, 403],
      ['a number', 3, 403],
      ['true', true, 403],
      ['an object', { editor: true, name: 'editor', length: 1, 0: 'editor' }, 403],
      ['a text of several', 'editor,admin', 403],
      ['lists in a list', [['editor']], 403],
      ['objects without a name', [{ role: 'editor' }, {}, null, undefined, 3, true], 403],
      ['names that are no texts', [{ name: ['editor'] }, { name: null }, { name: { toString: () => 'editor' } }], 403],
      ['a Map', new Map([['editor', true]]), 403],
      ['classes and functions, which have names', [function editor() {}], 403],
      ['what only looks iterable', { [Symbol.iterator]: 'editor' }, 403],
      ['a promise', Promise.resolve(['editor']), 403],
    ])('roles that are %s are read, or grant nothing', async (_what, roles, expected) => {
      const { status } = await asking({ id: 7, roles });
      expect(await status('/roles/editor')).toBe(expected);
      // Nor is a name taken for its letters.
      expect(await status('/roles/letter')).toBe(403);
    });

    it('Flask-Security row 65: who is not logged in gets a 401, whatever is asked for', async () => {
      await asking({ id: 7 });
      for (const path of ['/roles/editor', '/permissions/read', '/admin/nothing']) {
        expect((await running.jar().fetch(path)).status).toBe(401);
      }
    });

    it('who may not do it is not asked to confirm who it is', async () => {
      const german = await asking({ id: 7, roles: ['german'] });
      expect(await german.status('/roles/fresh')).toBe(403);
      const editor = await asking({ id: 7, roles: ['editor'] });
      expect(await editor.status('/roles/fresh')).toBe(401);
    });

    it('ASVS 16.3.2: each refusal is heard once, by the public id', async () => {
      const { id, status } = await asking({ id: 7, roles: ['admin'] });
      await status('/roles/all');
      await status('/permissions/read');
      await status('/admin/nothing');
      await running.jar().fetch('/roles/editor');
      expect(heard.all).toEqual([
        { name: 'refused', event: { publicId: id, userId: 7, reason: 'roles', address } },
        { name: 'refused', event: { publicId: id, userId: 7, reason: 'permissions', address } },
        { name: 'refused', event: { publicId: id, userId: 7, reason: 'permissions', address } },
        { name: 'refused', event: { publicId: null, userId: null, reason: 'login', address } },
      ]);
    });

    it('a role that was taken away is gone with the next request', async () => {
      const user = { id: 7, roles: ['editor'] };
      const { status } = await asking(user);
      expect(await status('/roles/editor')).toBe(200);
      user.roles = [];
      expect(await status('/roles/editor')).toBe(403);
    });
  });

  describe('by options', () => {
    let running: RunningApp;
    afterEach(() => running.close());

    async function asking(user: object, options: SessionModuleOptions) {
      running = await start(() => user, options);
      return login(running);
    }

    it.each<[string, SessionModuleOptions]>([
      ['at once', { rolesOf: () => ['editor'], permissionsOf: () => new Set(['read']) }],
      ['later', { rolesOf: async () => Promise.resolve(['editor']), permissionsOf: () => Promise.resolve(['read']) }],
      ['as a text', { rolesOf: () => 'editor', permissionsOf: () => 'read' }],
    ])('`rolesOf` and `permissionsOf` answer %s, in place of the fields', async (_when, options) => {
      const { status } = await asking({ id: 7, roles: ['admin'], permissions: ['write'] }, options);
      expect(await status('/roles/editor')).toBe(200);
      expect(await status('/roles/all')).toBe(403);
      expect(await status('/roles/letter')).toBe(403);
      expect(await status('/permissions/read')).toBe(200);
      expect(await status('/permissions/all')).toBe(403);
    });

    it('`rolesOf` that fails lets nobody in, and is in the log', async () => {
      const { status } = await asking({ id: 7 }, { rolesOf: () => Promise.reject(new Error('roles.db is locked')) });
      expect(await status('/roles/editor')).toBe(500);
      expect(logger.text).toContain('roles.db is locked');
    });

    it('a browser is not redirected where it may not go', async () => {
      const { jar } = await asking(
        { id: 7 },
        { redirects: { loginUrl: '/login-page', confirmUrl: '/confirm-page', refusal: 'redirect' } },
      );
      const response = await ask(`${running.url}/roles/editor`, {
        headers: { accept: 'text/html', cookie: jar.header },
      });
      expect([response.status, response.headers.location]).toEqual([403, undefined]);
    });

    it('the global guard and that of the decorators agree', async () => {
      const session = { userLoader: () => ({ id: 7, roles: ['editor'] }), observer: heard.observer };
      const providers = [{ provide: APP_GUARD, useExisting: SessionAuthGuard }];
      running = await startApp({ platform, session, controllers, providers });
      heard.forget();
      expect((await running.jar().fetch('/roles/editor')).status).toBe(401);
      expect(heard.names).toEqual(['refused']);
    });
  });
});
