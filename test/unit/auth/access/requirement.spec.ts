import { describe, expect, it } from '@jest/globals';
import { Get, Options, UseGuards, type CanActivate } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { Fresh, Permissions, Public, Roles } from '../../../../lib/auth/access/access.decorators.js';
import { requirementOf, type Requirement } from '../../../../lib/auth/access/requirement.js';
import { SessionAuthGuard } from '../../../../lib/auth/access/session-auth.guard.js';

class ForeignGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

class OwnGuard extends SessionAuthGuard {}

class Plain {
  @Get()
  nothing(): void {}

  @Fresh({ within: '1m' })
  fresh(): void {}

  @Roles('a')
  @Roles.all('b', 'c')
  roles(): void {}

  @Public()
  public(): void {}

  @Public()
  @UseGuards(ForeignGuard)
  publicWithForeignGuard(): void {}

  @Public()
  @UseGuards(new OwnGuard())
  publicWithInstance(): void {}

  @Options()
  options(): void {}

  @Options()
  @Permissions('a')
  optionsWithMore(): void {}
}

@Public()
class Open extends Plain {}

@UseGuards(ForeignGuard)
class Foreign extends Open {}

@Roles('d')
@Permissions.any('e', 'f')
@Fresh({ factors: 2 })
class Strict extends Plain {}

@Public()
class OpenAgain extends Strict {}

@Roles('g')
class Stricter extends Strict {}

@UseGuards(OwnGuard)
class ClosedAgain extends Open {}

function asks(controller: typeof Plain, route: keyof Plain): Requirement {
  return requirementOf(new ExecutionContextHost([], controller, controller.prototype[route]));
}

describe('what a route asks for', () => {
  it.each<[typeof Plain, keyof Plain, boolean]>([
    [Plain, 'nothing', false],
    [Plain, 'public', true],
    [Plain, 'publicWithForeignGuard', true],
    [Plain, 'publicWithInstance', false],
    [Plain, 'options', true],
    [Plain, 'optionsWithMore', false],
    [Open, 'nothing', true],
    [Open, 'fresh', false],
    [Open, 'roles', false],
    [Foreign, 'nothing', true],
    [Strict, 'nothing', false],
    [Strict, 'public', true],
    [Strict, 'options', true],
    [OpenAgain, 'nothing', true],
    [OpenAgain, 'roles', false],
    [ClosedAgain, 'nothing', false],
    [ClosedAgain, 'public', true],
    [Stricter, 'nothing', false],
  ])('in %p: %s is public: %p', (controller, route, isPublic) => {
    expect(asks(controller, route).isPublic).toBe(isPublic);
  });

  it('is the nearest freshness', () => {
    expect(asks(Strict, 'nothing').fresh).toEqual({ factors: 2 });
    expect(asks(Strict, 'fresh').fresh).toEqual({ within: 60_000 });
    expect(asks(Stricter, 'nothing').fresh).toEqual({ factors: 2 });
    expect(asks(Plain, 'nothing').fresh).toBeNull();
  });

  it('are the roles and permissions of all places, each once', () => {
    const sorted = (requirement: Requirement): string[] => requirement.roles.flatMap(({ names }) => names).sort();
    expect(asks(Plain, 'roles').roles).toEqual([
      { names: ['b', 'c'], mode: 'all' },
      { names: ['a'], mode: 'all' },
    ]);
    expect(sorted(asks(Stricter, 'roles'))).toEqual(['a', 'b', 'c', 'd', 'g']);
    expect(asks(Stricter, 'nothing').permissions).toEqual([{ names: ['e', 'f'], mode: 'any' }]);
  });

  it('is worked out once', () => {
    expect(asks(Strict, 'roles')).toBe(asks(Strict, 'roles'));
    expect(asks(Strict, 'roles')).not.toBe(asks(Stricter, 'roles'));
  });
});
