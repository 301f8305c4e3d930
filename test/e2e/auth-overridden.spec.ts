import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Post, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  AuthService,
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

@Injectable()
class TeapotGuard extends SessionAuthGuard {
  protected override refuse(): Promise<never> {
    return Promise.reject(new Error('refused by the guard of the base'));
  }
}

class BaseController {
  @Get('roles')
  @Roles('admin')
  roles() {
    return 'base';
  }

  @Get('permissions')
  @Permissions('delete')
  permissions() {
    return 'base';
  }

  @Get('fresh')
  @Fresh({ action: 'pay' })
  fresh() {
    return 'base';
  }

  @Get('guard')
  @UseGuards(SessionAuthGuard)
  guard() {
    return 'base';
  }

  @Get('own-guard')
  @UseGuards(TeapotGuard)
  ownGuard() {
    return 'base';
  }

  @Get('opened')
  @Roles('admin')
  opened() {
    return 'base';
  }

  @Get('narrowed')
  @Roles('user')
  narrowed() {
    return 'base';
  }

  @Get('kept')
  @Roles('admin')
  kept() {
    return 'base';
  }

  @Get('free')
  free() {
    return 'base';
  }
}

class MiddleController extends BaseController {
  override guard() {
    return 'middle';
  }
}

@Controller()
class OverridingController extends MiddleController {
  constructor(private readonly auth: AuthService) {
    super();
  }

  @Post('login')
  @Public()
  async login(@Session() session: Session) {
    await this.auth.login(session, { id: 7 } satisfies SessionUser & { id: number });
    return {};
  }

  @Get('roles')
  override roles() {
    return 'sub';
  }

  @Get('permissions')
  override permissions() {
    return 'sub';
  }

  @Get('fresh')
  override fresh() {
    return 'sub';
  }

  @Get('guard')
  override guard() {
    return 'sub';
  }

  @Get('own-guard')
  override ownGuard() {
    return 'sub';
  }

  @Get('opened')
  @Public()
  override opened() {
    return 'sub';
  }

  @Get('narrowed')
  @Roles('editor')
  override narrowed() {
    return 'sub';
  }

  @Get('free')
  override free() {
    return 'sub';
  }
}

describe.each(inTurn(platforms))('a controller on %s that overrides guarded methods', (platform) => {
  describe.each([
    ['without a global guard', []],
    ['under a global guard', [{ provide: APP_GUARD, useExisting: SessionAuthGuard }]],
  ])('%s', (_how, providers) => {
    let running: RunningApp;
    beforeEach(async () => {
      running = await startApp({
        platform,
        controllers: [OverridingController],
        providers: [TeapotGuard, ...providers],
        session: { userLoader: (id) => ({ id, roles: ['user'], permissions: [] }) },
      });
    });
    afterEach(() => running.close());

    const statusesOf = async (path: string): Promise<number[]> => {
      const stranger = running.jar();
      const user = running.jar();
      await user.fetch('/login', { method: 'POST' });
      return [(await stranger.fetch(path)).status, (await user.fetch(path)).status];
    };

    it.each([
      ['/roles', [401, 403]],
      ['/permissions', [401, 403]],
      ['/fresh', [401, 401]],
      ['/guard', [401, 200]],
      ['/kept', [401, 403]],
      // What both ask for adds up.
      ['/narrowed', [401, 403]],
      ['/opened', [200, 200]],
    ])('goes on asking what they asked: %s', async (path, expected) => {
      expect(await statusesOf(path)).toEqual(expected);
    });

    it("asks the application's own guard where that guarded the method", async () => {
      const [stranger] = await statusesOf('/own-guard');
      expect(stranger).toBe(providers.length > 0 ? 401 : 500);
    });

    it('leaves a method alone that nothing guarded', async () => {
      const [stranger] = await statusesOf('/free');
      expect(stranger).toBe(providers.length > 0 ? 401 : 200);
    });
  });
});
