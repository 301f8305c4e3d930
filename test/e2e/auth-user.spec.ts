import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  ImATeapotException,
  Param,
  Post,
  Req,
  UseGuards,
  type ExecutionContext,
} from '@nestjs/common';
import { AuthService, CurrentUser, Session, SessionAuthGuard, type UserId, type UserLoader } from 'nestjs-session-auth';
import { platforms, startApp, type RunningApp } from '../support/app.js';
import { CapturedLogger } from '../support/captured-logger.js';
import { inTurn } from '../support/combinations.js';

/** Loaders are written here as in an application whose users have no declared type. */
type AnyLoader = (id: UserId, context: ExecutionContext) => unknown;

class User {
  readonly email: string;

  constructor(readonly id: UserId) {
    this.email = `${String(id)}@shop.example`;
  }

  get label(): string {
    return `User ${String(this.id)}`;
  }
}

@Controller()
class UserController {
  constructor(private readonly auth: AuthService) {}

  @Post('login/:type/:id')
  async login(@Session() session: Session, @Param('type') type: string, @Param('id') id: string) {
    await this.auth.login(session, type === 'number' ? Number(id) : id);
    return {};
  }

  @Get('public')
  public(@Session() session: Session) {
    return { id: this.auth.userId(session) };
  }

  @Get('untouched')
  untouched() {
    return {};
  }

  @Get('whoever')
  whoever(
    @CurrentUser() user: User | null,
    @CurrentUser('email') email: unknown,
    @CurrentUser('label') label: unknown,
  ) {
    return { user, email, label };
  }

  @Get('missing')
  missing(@CurrentUser('phone') phone: unknown) {
    return { phone: phone === undefined ? 'undefined' : phone };
  }

  @Get('guarded')
  @UseGuards(SessionAuthGuard, SessionAuthGuard)
  guarded(@CurrentUser() user: User, @CurrentUser('email') email: string, @Req() request: { user: unknown }) {
    return { user, email, same: request.user === user };
  }

  @Post('become/:id')
  async become(@Session() session: Session, @CurrentUser() before: User, @Param('id') id: string) {
    await this.auth.login(session, id);
    return { before };
  }
}

describe.each(inTurn(platforms))('%s', (platform) => {
  let running: RunningApp | null = null;
  let asked: UserId[] = [];
  const logger = new CapturedLogger();
  afterEach(async () => {
    await running?.close();
    running = null;
    asked = [];
  });

  async function started(loader: AnyLoader | null): Promise<RunningApp> {
    const userLoader = (id: UserId, context: ExecutionContext): unknown => {
      asked.push(id);
      return loader?.(id, context);
    };
    const session = { userLoader: loader === null ? null : (userLoader as UserLoader) };
    return (running = await startApp({ platform, logger, session, controllers: [UserController] }));
  }

  async function loggedIn(loader: AnyLoader | null, type: 'number' | 'text' = 'number') {
    const jar = (await started(loader)).jar();
    await jar.fetch(`/login/${type}/7`, { method: 'POST' });
    return jar;
  }

  const users: AnyLoader = (id) => new User(id);

  it('the user is what the loader gives, whole or one field of it, getters included', async () => {
    const jar = await loggedIn(users);
    const user = { id: 7, email: '7@shop.example' };
    expect(await jar.json('/whoever')).toEqual({ user, email: '7@shop.example', label: 'User 7' });
    expect(await jar.json('/guarded')).toEqual({ user, email: '7@shop.example', same: true });
    expect(await jar.json('/missing')).toEqual({ phone: 'undefined' });
  });

  it('the user is null where nobody is, and so is every field', async () => {
    const jar = (await started(users)).jar();
    expect(await jar.json('/whoever')).toEqual({ user: null, email: null, label: null });
    expect((await jar.fetch('/guarded')).status).toBe(401);
    expect(asked).toEqual([]);
  });

  it('the loader may be asynchronous', async () => {
    const jar = await loggedIn(async (id) => {
      await new Promise(setImmediate);
      return new User(id);
    });
    expect(await jar.json('/whoever')).toMatchObject({ user: { id: 7 } });
  });

  it('the loader is given the context of the request', async () => {
    const jar = await loggedIn((id, context) => {
      const { url } = context.switchToHttp().getRequest<{ url: string }>();
      return { id, email: url };
    });
    expect(await jar.json('/whoever')).toMatchObject({ email: '/whoever' });
  });

  it('the loader is asked once a request, and not where nobody asks for the user', async () => {
    const jar = await loggedIn(users);
    for (const path of ['/public', '/untouched']) await jar.fetch(path);
    expect(asked).toEqual([]);
    await jar.fetch('/guarded');
    expect(asked).toEqual([7]);
    await jar.fetch('/whoever');
    expect(asked).toEqual([7, 7]);
  });

  it('a login in the middle of a request changes who the user is from there on', async () => {
    const jar = await loggedIn(users);
    expect(await jar.json('/become/8', { method: 'POST' })).toMatchObject({ before: { id: 7 } });
    expect(await jar.json('/whoever')).toMatchObject({ user: { id: '8' } });
  });

  it("the ids 7 and '7' are two users", async () => {
    const find: AnyLoader = (id) => (id === 7 ? new User(id) : null);
    expect((await (await loggedIn(find, 'number')).fetch('/guarded')).status).toBe(200);
    await running?.close();
    const jar = await loggedIn(find, 'text');
    expect(await jar.json('/public')).toEqual({ id: '7' });
    expect((await jar.fetch('/guarded')).status).toBe(401);
    // Nobody of that id is there, so the login has ended.
    expect(await jar.json('/public')).toEqual({ id: null });
  });

  // What a loader in an application without strict types may answer for a user who is not there any more.
  const nobody: readonly unknown[] = [null, undefined, false, 0, '', 'yes', true];
  it.each(nobody.map((answer) => [answer]))('ASVS 7.4.2: a loader that answers %p lets nobody in', async (answer) => {
    const jar = await loggedIn(() => answer);
    expect((await jar.fetch('/guarded')).status).toBe(401);
    expect(await jar.json('/whoever')).toEqual({ user: null, email: null, label: null });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('users.db is locked');
      },
    ],
    ['rejects', () => Promise.reject(new Error('users.db is locked'))],
  ] as const)('a loader that %s is a 503 that says nothing of it, and a line in the log', async (_how, loader) => {
    const jar = await loggedIn(loader);
    for (const path of ['/guarded', '/whoever']) {
      const response = await jar.fetch(path);
      expect(response.status).toBe(503);
      expect(await response.text()).not.toContain('users.db');
    }
    expect(logger.at('error')).toContainEqual(expect.stringContaining('users.db is locked'));
    expect((await jar.fetch('/public')).status).toBe(200);
  });

  it('a loader that throws an HTTP exception answers with it', async () => {
    const jar = await loggedIn(() => {
      throw new ImATeapotException();
    });
    expect((await jar.fetch('/guarded')).status).toBe(418);
  });

  it('without a loader the user is an id', async () => {
    const jar = await loggedIn(null);
    expect(await jar.json('/guarded')).toEqual({ user: { id: 7 }, same: true });
  });

  it('a user without a prototype is one like any other', async () => {
    const jar = await loggedIn((id) => Object.assign(Object.create(null) as object, { id, email: 'bare' }));
    expect(await jar.json('/whoever')).toEqual({ user: { id: 7, email: 'bare' }, email: 'bare' });
  });
});
