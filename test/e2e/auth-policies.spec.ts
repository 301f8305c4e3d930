import { AbilityBuilder, createMongoAbility, subject, type MongoAbility } from '@casl/ability';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Delete, Get, Inject, Injectable, Patch, Post as HttpPost, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  AccessService,
  AuthService,
  Can,
  Permissions,
  Policy,
  Public,
  Resource,
  Roles,
  Session,
  SessionAuthGuard,
  SessionConfigError,
  UserLoader,
  type SessionModuleOptions,
  type UserId,
} from 'nestjs-session-auth';
import { platforms, startApp, type AppSetup, type RunningApp } from '../support/app.js';
import { inTurn } from '../support/combinations.js';
import { HeardEvents } from '../support/heard-events.js';
import { codesOf, graphqlServers, operate, startGraphql } from './graphql/graphql-app.js';
import { connectAs, startSockets } from './sockets/sockets-app.js';

class Post {
  constructor(
    readonly id: string,
    readonly authorId: string,
  ) {}
}

/** A draft is a post. */
class Draft extends Post {}

const posts = new Map(
  [new Post('1', 'ann'), new Post('2', 'bob'), new Draft('3', 'ann')].map((post) => [post.id, post]),
);

interface Person {
  readonly id: string;
  readonly roles: readonly string[];
}

const people = new Map<UserId, Person>();
const ann: Person = { id: 'ann', roles: [] };

@Injectable()
class Posts {
  looked = 0;

  find(id: string): Promise<Post | undefined> {
    this.looked++;
    return Promise.resolve(posts.get(id));
  }
}

@Policy(Post)
class PostPolicy {
  constructor(@Inject(Posts) private readonly posts: Posts) {}

  find(id: string) {
    return this.posts.find(id);
  }

  edit(user: Person, post: Post) {
    return post.authorId === user.id;
  }

  create(user: Person) {
    return Promise.resolve(user.roles.includes('author'));
  }

  /** A policy that forgets to say yes or no. */
  publish(): unknown {
    return 'yes';
  }

  burn(): never {
    throw new Error('posts.db is locked');
  }
}

@Controller('posts')
class PostsController {
  constructor(private readonly access: AccessService) {}

  @HttpPost()
  @Can('create', Post, { param: null })
  create() {
    return { created: true };
  }

  @Patch(':id')
  @Can('edit', Post)
  edit(@Resource(Post) post: Post) {
    return post;
  }

  @Patch(':from/to/:id')
  @Can('edit', Post, { param: 'from' })
  @Can('edit', Post)
  move() {
    return {};
  }

  @Patch(':id/publish')
  @Can('publish', Post)
  publish() {
    return {};
  }

  @Delete(':id')
  @Can('burn', Post)
  burn() {
    return {};
  }

  @Patch('wrong/:post')
  @Can('edit', Post)
  wrong() {
    return {};
  }

  @Get(':id/mine')
  async mine(@Session() session: Session) {
    const user = people.get(String(session.get('user')));
    if (user === undefined) return {};
    const [own, other] = [new Draft('8', user.id), new Post('9', 'bob')];
    await this.access.authorize(user, 'edit', own);
    const create = await this.access.can(user, 'create', Post);
    await expect(this.access.can(user, 'sell', own)).rejects.toThrow('PostPolicy needs a method sell(user, resource)');
    await expect(this.access.can(user, 'edit', {})).rejects.toThrow('Object: has no policy');
    return { own: await this.access.can(user, 'edit', own), other: await this.access.can(user, 'edit', other), create };
  }
}

@Controller()
class AccountController {
  constructor(private readonly auth: AuthService) {}

  @Public()
  @HttpPost('login')
  async login(@Session() session: Session) {
    session.set('user', 'ann');
    await this.auth.login(session, ann);
    return {};
  }
}

@Injectable()
class People {
  @UserLoader()
  load(id: UserId) {
    return people.get(id) ?? null;
  }
}

let running: RunningApp;
afterEach(() => running.close());

const providers = [Posts, PostPolicy, People, { provide: APP_GUARD, useExisting: SessionAuthGuard }];

async function start(setup: Partial<AppSetup> = {}, user: Partial<Person> = {}) {
  people.set('ann', { ...ann, ...user });
  running = await startApp({ controllers: [AccountController, PostsController], providers, ...setup });
  const jar = running.jar();
  await jar.fetch('/login', { method: 'POST' });
  return { jar, status: async (path: string, method = 'GET') => (await jar.fetch(path, { method })).status };
}

describe.each(inTurn(platforms))('the policy of a resource with %s', (platform) => {
  it('decides who may do what, and what it has found is injected', async () => {
    const heard = new HeardEvents();
    const { jar, status } = await start({ platform, session: { observer: heard.observer } });
    const edited = await jar.fetch('/posts/1', { method: 'PATCH' });
    expect([edited.status, await edited.json()]).toEqual([200, { id: '1', authorId: 'ann' }]);
    expect(running.app.get(Posts).looked).toBe(1);
    expect(await status('/posts/2', 'PATCH')).toBe(403);
    expect(heard.of('refused')).toEqual([expect.objectContaining({ reason: 'policy', userId: 'ann' })]);
    expect(await status('/posts/none', 'PATCH')).toBe(404);
    expect((await running.jar().fetch('/posts/1', { method: 'PATCH' })).status).toBe(401);
  });

  it('decides on each resource of a route', async () => {
    const { status } = await start({ platform });
    expect(await status('/posts/1/to/3', 'PATCH')).toBe(200);
    expect(await status('/posts/1/to/2', 'PATCH')).toBe(403);
    expect(await status('/posts/2/to/1', 'PATCH')).toBe(403);
  });
});

describe('the policy of a resource', () => {
  it('decides by the user alone on an action that is on no single one, as the user is now', async () => {
    const { status } = await start();
    expect(await status('/posts', 'POST')).toBe(403);
    people.set('ann', { id: 'ann', roles: ['author'] });
    expect(await status('/posts', 'POST')).toBe(201);
  });

  it('admits nobody unless it says true, or if it fails', async () => {
    const { status } = await start();
    expect(await status('/posts/1/publish', 'PATCH')).toBe(403);
    expect(await status('/posts/1', 'DELETE')).toBe(500);
  });

  it('is asked in code, for subclasses as well', async () => {
    const { jar } = await start({}, { roles: ['author'] });
    expect(await (await jar.fetch('/posts/1/mine')).json()).toEqual({ own: true, other: false, create: true });
  });

  it('cannot be asked where the route does not name the resource', async () => {
    const { status } = await start();
    expect(await status('/posts/wrong/1', 'PATCH')).toBe(500);
  });

  it('is found once for each of the resources that one query of GraphQL names', async () => {
    @Resolver()
    class PostsResolver {
      @Query(() => String)
      @Can('edit', Post)
      title(@Args('id') _id: string, @Resource(Post) post: Post) {
        return `post ${post.id}`;
      }
    }
    const [server] = graphqlServers;
    people.set('ann', ann);
    running = await startGraphql(server, { providers: [PostsResolver, Posts, PostPolicy, People] });
    const jar = running.jar();
    await operate(jar, 'mutation { login(user: "ann") }');
    const all = await operate(jar, '{ a: title(id: "1") c: title(id: "3") }');
    expect(all.data).toEqual({ a: 'post 1', c: 'post 3' });
    expect(running.app.get(Posts).looked).toBe(2);
    expect(codesOf(await operate(jar, '{ b: title(id: "2") }'))).toEqual(['FORBIDDEN']);
    expect(codesOf(await operate(jar, '{ n: title(id: "none") }'))).toEqual(['NOT_FOUND']);
  });

  it.each(['ws', 'socket.io'] as const)('decides on each message of a gateway over %s by itself', async (library) => {
    @WebSocketGateway(library === 'ws' ? { path: '/posts' } : { namespace: 'posts' })
    class PostsGateway {
      @SubscribeMessage('title')
      @Can('edit', Post)
      title(@Resource(Post) post: Post) {
        return { event: 'reply', data: `post ${post.id}` };
      }
    }
    people.set('ann', ann);
    running = await startSockets({ library }, { providers: [PostsGateway, Posts, PostPolicy] });
    const jar = running.jar();
    await jar.fetch('/login', { method: 'POST' });
    const client = await connectAs({ library }, running, 'posts', jar);
    expect(await client.ask('title', { id: '1' })).toBe('post 1');
    expect(running.app.get(Posts).looked).toBe(1);
    expect(await client.ask('title', { id: '2' })).toMatchObject({ code: 'FORBIDDEN' });
    for (const hostile of [{ id: 'none' }, { id: { id: '1' } }, '1', null]) {
      expect(await client.ask('title', hostile)).toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(await client.ask('title', { id: '3' })).toBe('post 3');
    await client.close();
  });

  it('can ask an ability of CASL', async () => {
    const abilityOf = ({ id }: Person): MongoAbility => {
      const { can, build } = new AbilityBuilder(createMongoAbility);
      can('edit', 'Post', { authorId: id });
      return build();
    };
    @Policy(Post)
    class AbilityPolicy {
      find(id: string) {
        return posts.get(id);
      }

      edit(user: Person, { id, authorId }: Post) {
        return abilityOf(user).can('edit', subject('Post', { id, authorId }));
      }
    }
    @Controller('posts')
    class Edited {
      @Patch(':id')
      @Can('edit', Post)
      edit() {
        return {};
      }
    }
    const setup = { controllers: [AccountController, Edited], providers: [AbilityPolicy, People] };
    const { status } = await start(setup);
    expect([await status('/posts/1', 'PATCH'), await status('/posts/2', 'PATCH')]).toEqual([200, 403]);
  });
});

describe('at boot', () => {
  @Controller()
  class NeedsPost {
    @Get(':id')
    @Can('archive', Post)
    archive() {
      return {};
    }
  }
  @Policy(Post)
  class OtherPolicy {}
  @Policy(Post)
  class OnlyArchive {
    archive() {
      return true;
    }
  }

  it.each<[Type[], string]>([
    [[], "@Can('archive', Post) of NeedsPost.archive(): needs a provider with @Policy(Post)"],
    [[OtherPolicy], 'OtherPolicy needs a method archive(user, resource)'],
    [[OnlyArchive], 'OnlyArchive needs a method find(id)'],
    [[OtherPolicy, OnlyArchive], 'OtherPolicy is a policy of Post, too'],
  ])('what is missing is named: %p', async (policies, message) => {
    running = await startApp({ controllers: [AccountController] });
    const failing = startApp({ controllers: [NeedsPost], providers: policies });
    await expect(failing).rejects.toThrow(SessionConfigError);
    await expect(failing).rejects.toThrow(message);
  });

  it.each([
    [() => Can('', Post), 'the name of an action'],
    [() => Can('find', Post), 'no action can be called find'],
    [() => Can('edit', Reflect.get({}, 'Post') as Type), 'circular import'],
    [() => Can('edit', Post, { param: '' }), 'the name of a parameter'],
    [() => Permissions('articles:*'), 'names a wildcard'],
  ])('a decorator that cannot be meant is rejected: %s', async (decorator, message) => {
    running = await startApp({ controllers: [AccountController] });
    expect(decorator).toThrow(message);
  });
});

describe('roles', () => {
  @Controller('articles')
  class ArticlesController {
    @Get('read')
    @Permissions('articles:read')
    read() {
      return {};
    }

    @Get('edit')
    @Roles('editor')
    @Permissions('articles:edit:all')
    edit() {
      return {};
    }
  }
  const roles: SessionModuleOptions['roles'] = {
    admin: { includes: ['editor'] },
    editor: { includes: ['reader'], permissions: ['articles:edit:*'] },
    reader: { permissions: ['articles:read'] },
  };

  it.each([
    [['admin'], [200, 200]],
    [['editor'], [200, 200]],
    [['reader'], [200, 403]],
    [[], [403, 403]],
  ])('grant what they include: %j', async (held, expected) => {
    const setup = { controllers: [AccountController, ArticlesController], session: { roles } };
    const { status } = await start(setup, { roles: held });
    expect([await status('/articles/read'), await status('/articles/edit')]).toEqual(expected);
  });
});
