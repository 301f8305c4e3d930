import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { All, Controller, Get, Injectable, Options, Post, UseGuards, type INestApplication } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  AuthService,
  CurrentUser,
  Fresh,
  Permissions,
  Public,
  Roles,
  Session,
  SessionAuthGuard,
  type SessionUser,
} from 'nestjs-session-auth';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import { HeardEvents } from '../support/heard-events.js';
import type { CookieJar } from '../support/jar.js';
import { ask } from '../support/raw-http.js';

const inside = { inside: true };

@Injectable()
class OwnGuard extends SessionAuthGuard {}

@Controller('account')
class AccountController {
  constructor(private readonly auth: AuthService) {}

  @Public()
  @Post('login')
  async login(@Session() session: Session) {
    await this.auth.login(session, { id: 7 });
    return {};
  }
}

/** Says nothing at the class. */
@Controller('plain')
class PlainController {
  @Get('nothing')
  nothing() {
    return inside;
  }

  @Get('public')
  @Public()
  public() {
    return inside;
  }

  @Get('guard')
  @UseGuards(SessionAuthGuard)
  guard() {
    return inside;
  }

  @Get('fresh')
  @Fresh()
  fresh() {
    return inside;
  }

  @Get('roles')
  @Roles('customer')
  roles() {
    return inside;
  }

  @Get('permissions')
  @Permissions('order')
  permissions() {
    return inside;
  }

  @Get('public-guard')
  @Public()
  @UseGuards(SessionAuthGuard)
  publicGuard() {
    return inside;
  }

  @Get('public-fresh')
  @Public()
  @Fresh()
  publicFresh() {
    return inside;
  }

  @Get('roles-public')
  @Roles('customer')
  @Public()
  rolesPublic() {
    return inside;
  }
}

@Controller('guarded')
@UseGuards(OwnGuard)
class GuardedController {
  @Get('nothing')
  nothing() {
    return inside;
  }

  @Get('public')
  @Public()
  public() {
    return inside;
  }
}

@Controller('roles')
@Roles('customer')
class RolesController {
  @Get('nothing')
  nothing() {
    return inside;
  }

  @Get('public')
  @Public()
  public() {
    return inside;
  }

  @Get('public-permissions')
  @Public()
  @Permissions('order')
  publicPermissions() {
    return inside;
  }
}

@Controller('public')
@Public()
class PublicController {
  @Get('nothing')
  nothing() {
    return inside;
  }

  @Get('guard')
  @UseGuards(SessionAuthGuard)
  guard() {
    return inside;
  }

  @Get('own-guard')
  @UseGuards(OwnGuard)
  ownGuard() {
    return inside;
  }

  @Get('fresh')
  @Fresh()
  fresh() {
    return inside;
  }

  @Get('roles')
  @Roles('customer')
  roles() {
    return inside;
  }

  @Get('permissions')
  @Permissions('order')
  permissions() {
    return inside;
  }

  @Get('whoever')
  whoever(@CurrentUser() user: SessionUser | null) {
    return { user };
  }
}

@Controller('public-fresh')
@Public()
@Fresh()
class PublicFreshController {
  @Get('nothing')
  nothing() {
    return inside;
  }
}

abstract class BaseRoutes {
  @Get('inherited')
  inherited() {
    return inside;
  }

  @Get('inherited-roles')
  @Roles('customer')
  inheritedRoles() {
    return inside;
  }
}

@Public()
abstract class PublicBase extends BaseRoutes {}

@Roles('customer')
abstract class RolesBase extends BaseRoutes {}

@UseGuards(SessionAuthGuard)
@Public()
abstract class PublicGuardedBase extends BaseRoutes {}

@Controller('of-public')
class OfPublicController extends PublicBase {}

@Controller('guarded-of-public')
@UseGuards(SessionAuthGuard)
class GuardedOfPublicController extends PublicBase {}

@Controller('of-roles')
class OfRolesController extends RolesBase {}

@Controller('public-of-roles')
@Public()
class PublicOfRolesController extends RolesBase {}

@Controller('of-public-guarded')
class OfPublicGuardedController extends PublicGuardedBase {}

@Controller('options')
@UseGuards(SessionAuthGuard)
class OptionsController {
  @Options('own')
  own() {
    return inside;
  }

  @Options('roles')
  @Roles('customer')
  roles() {
    return inside;
  }

  @Get('read')
  read() {
    return inside;
  }

  @All('all')
  all() {
    return inside;
  }
}

const controllers = [
  AccountController,
  PlainController,
  GuardedController,
  RolesController,
  PublicController,
  PublicFreshController,
  OfPublicController,
  GuardedOfPublicController,
  OfRolesController,
  PublicOfRolesController,
  OfPublicGuardedController,
  OptionsController,
];

/** Routes that ask by themselves, whatever stands before the application. */
const guarded = [
  'plain/guard',
  'plain/fresh',
  'plain/roles',
  'plain/permissions',
  'plain/public-guard',
  'plain/public-fresh',
  'plain/roles-public',
  'guarded/nothing',
  'roles/nothing',
  'roles/public-permissions',
  'public/guard',
  'public/own-guard',
  'public/fresh',
  'public/roles',
  'public/permissions',
  'public-fresh/nothing',
  'of-public/inherited-roles',
  'guarded-of-public/inherited',
  'of-roles/inherited',
  'of-roles/inherited-roles',
  'public-of-roles/inherited-roles',
  'of-public-guarded/inherited',
];

const open = [
  'plain/public',
  'guarded/public',
  'roles/public',
  'public/nothing',
  'of-public/inherited',
  'public-of-roles/inherited',
];

/** What the user who logs in here may do; the roles are told how often they were asked for. */
let rolesAsked = 0;
const session = {
  rolesOf: async () => {
    rolesAsked++;
    await Promise.resolve();
    return ['customer'];
  },
  permissionsOf: () => ['order'],
};

describe.each(inTurn(platforms))('%s', (platform) => {
  describe.each([true, false])('SessionAuthGuard before the whole application: %p', (isGlobal) => {
    let running: RunningApp;
    let jar: CookieJar;

    beforeAll(async () => {
      const providers = isGlobal ? [{ provide: APP_GUARD, useClass: SessionAuthGuard }] : [];
      running = await startApp({ platform, session, controllers, providers });
      jar = running.jar();
      expect((await jar.fetch('/account/login', { method: 'POST' })).status).toBe(201);
    });
    afterAll(() => running.close());

    it.each([...guarded, ...(isGlobal ? ['plain/nothing'] : [])])('%s is for users alone', async (path) => {
      const stranger = await running.jar().fetch(`/${path}`);
      expect([stranger.status, await stranger.json()]).toEqual([401, { statusCode: 401, message: 'Unauthorized' }]);
      const user = await jar.fetch(`/${path}`);
      expect([user.status, await user.json()]).toEqual([200, inside]);
    });

    it.each([...open, ...(isGlobal ? [] : ['plain/nothing'])])(
      'Flask-Login row 1: %s is for everybody, and touches no session',
      async (path) => {
        const response = await jar.fetch(`/${path}`);
        expect([response.status, await response.json()]).toEqual([200, inside]);
        expect((await running.jar().fetch(`/${path}`)).status).toBe(200);
        expect(response.headers.get('vary') ?? '').not.toContain('Cookie');
        expect(response.headers.getSetCookie()).toEqual([]);
      },
    );

    it('a public route knows who is there all the same', async () => {
      expect(await jar.json('/public/whoever')).toEqual({ user: { id: 7 } });
      expect(await running.jar().json('/public/whoever')).toEqual({ user: null });
    });

    it('the roles are asked for once a request, however often the guard is listed', async () => {
      rolesAsked = 0;
      await jar.fetch('/of-roles/inherited-roles');
      expect(rolesAsked).toBe(1);
    });
  });

  describe('OPTIONS', () => {
    let running: RunningApp;
    const heard = new HeardEvents();
    const preflight = { origin: 'https://app.example', 'access-control-request-method': 'GET' };

    async function start(prepare?: (app: INestApplication) => void): Promise<string> {
      const options = { ...session, observer: heard.observer };
      running = await startApp({
        platform,
        session: options,
        controllers,
        ...(prepare === undefined ? {} : { prepare }),
      });
      return running.url;
    }

    it('Flask-Login row 6: a route for OPTIONS is not guarded', async () => {
      const url = await start();
      const response = await ask(`${url}/options/own`, { method: 'OPTIONS', headers: preflight });
      expect([response.status, JSON.parse(response.body)]).toEqual([200, inside]);
      expect(heard.all).toEqual([]);
      await running.close();
    });

    it('Flask-Login row 6: a preflight request for a guarded route is answered', async () => {
      const url = await start((app) => {
        app.enableCors({ origin: 'https://app.example', credentials: true });
      });
      const response = await ask(`${url}/options/read`, { method: 'OPTIONS', headers: preflight });
      expect([response.status, response.headers['access-control-allow-origin']]).toEqual([204, 'https://app.example']);
      await running.close();
    });

    it.each(['all', 'roles'])('is no way into the guarded route %p', async (path) => {
      const url = await start();
      const response = await ask(`${url}/options/${path}`, { method: 'OPTIONS', headers: preflight });
      expect([response.status, response.body]).toEqual([401, expect.not.stringContaining('inside')]);
      await running.close();
    });
  });
});
