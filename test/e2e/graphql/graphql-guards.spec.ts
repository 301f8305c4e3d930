import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Query, Resolver } from '@nestjs/graphql';
import { CurrentUser, SessionAuthGuard, UserLoader } from 'nestjs-session-auth';
import type { RunningApp } from '../../support/app.js';
import { HeardEvents } from '../../support/heard-events.js';
import { codesOf, graphqlServers, operate, startGraphql, type GraphqlSetup } from './graphql-app.js';

/** The time, which tests advance. */
let now = Date.now();

const session = {
  clock: () => now,
  rolesOf: (user: object) => (Reflect.get(user, 'id') === 'root' ? ['admin'] : []),
  permissionsOf: (user: object) => (Reflect.get(user, 'id') === 'root' ? ['write'] : []),
};

describe.each(graphqlServers)('guards of resolvers with $server on $platform', (server) => {
  let running: RunningApp | null = null;

  async function start(setup: GraphqlSetup = {}): Promise<RunningApp> {
    return (running = await startGraphql(server, { ...setup, session: { ...session, ...setup.session } }));
  }

  beforeEach(() => {
    now = Date.now();
  });

  afterEach(async () => {
    await running?.close();
    running = null;
  });

  it('reject who is not logged in with a code, and without a redirect', async () => {
    const events = new HeardEvents();
    const redirects = { loginUrl: '/login', refusal: 'redirect' as const };
    const jar = (await start({ session: { redirects, observer: events.observer } })).jar();
    const { errors, status, headers } = await operate(jar, '{ secret }', { accept: 'text/html, application/json' });
    expect(errors).toEqual([
      expect.objectContaining({
        message: 'Unauthorized',
        extensions: expect.objectContaining({ code: 'UNAUTHENTICATED' }),
      }),
    ]);
    expect([status, headers.get('location')]).toEqual([200, null]);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(events.of('refused')).toEqual([expect.objectContaining({ reason: 'login' })]);
  });

  it('reject who lacks a role or a permission with a code', async () => {
    const events = new HeardEvents();
    const { jar } = await start({ session: { observer: events.observer } });
    const [ann, root] = [jar(), jar()];
    await operate(ann, 'mutation { login(user: "ann") }');
    await operate(root, 'mutation { login(user: "root") }');
    expect(codesOf(await operate(ann, '{ administration }'))).toEqual(['FORBIDDEN']);
    expect(codesOf(await operate(ann, '{ writing }'))).toEqual(['FORBIDDEN']);
    expect(events.of('refused')).toEqual([
      expect.objectContaining({ reason: 'roles', userId: 'ann' }),
      expect.objectContaining({ reason: 'permissions', userId: 'ann' }),
    ]);
    expect((await operate(root, '{ administration writing }')).errors).toEqual([]);
  });

  it('notify listeners once of what a request is rejected for, however often it asks', async () => {
    const events = new HeardEvents();
    const jar = (await start({ session: { observer: events.observer } })).jar();
    const { errors } = await operate(jar, '{ a: secretOrNull b: secretOrNull c: secretOrNull }');
    expect(errors).toHaveLength(3);
    expect(events.of('refused')).toEqual([expect.objectContaining({ reason: 'login' })]);
    await operate(jar, '{ secretOrNull }');
    expect(events.of('refused')).toHaveLength(2);
  });

  it('say why, if a login is not fresh enough', async () => {
    const jar = (await start()).jar();
    await operate(jar, 'mutation { login(user: "ann") }');
    expect((await operate(jar, '{ fresh }')).errors).toEqual([]);
    now += 61_000;
    expect((await operate(jar, '{ fresh }')).errors).toEqual([
      expect.objectContaining({
        message: 'Confirm your identity to continue.',
        extensions: expect.objectContaining({
          code: 'UNAUTHENTICATED',
          reason: 'confirmation_required',
        }),
      }),
    ]);
    await operate(jar, 'mutation { confirm }');
    expect((await operate(jar, '{ fresh }')).errors).toEqual([]);
  });

  it('protect all resolvers as APP_GUARD, but those that are public', async () => {
    const providers = [{ provide: APP_GUARD, useExisting: SessionAuthGuard }];
    const jar = (await start({ providers })).jar();
    expect(codesOf(await operate(jar, '{ counter { start } }'))).toEqual(['UNAUTHENTICATED']);
    expect((await operate(jar, '{ open who }')).data).toEqual({ open: 'for all', who: null });
    await operate(jar, 'mutation { login(user: "ann") }');
    expect((await operate(jar, '{ counter { start } }')).errors).toEqual([]);
  });

  it('protect field resolvers where Nest applies them', async () => {
    const graphql = { fieldResolverEnhancers: ['guards' as const, 'interceptors' as const] };
    const jar = (await start({ graphql })).jar();
    const anonymous = await operate(jar, '{ counter { start seen } open }');
    expect(anonymous.errors).toEqual([]);
    expect(codesOf(await operate(jar, '{ counter { a: owner b: owner } }'))).toEqual([
      'UNAUTHENTICATED',
      'UNAUTHENTICATED',
    ]);
    await operate(jar, 'mutation { login(user: "ann") }');
    const { data } = await operate(jar, 'mutation { counting { owner next } }');
    expect(data).toEqual({ counting: { owner: 'of ann', next: 1 } });
    expect((await operate(jar, '{ counter { seen } }')).data).toEqual({ counter: { seen: 1 } });
  });

  it('ask for the user once in an operation', async () => {
    let loads = 0;
    @UserLoader()
    class Loader {
      load(id: string) {
        loads++;
        return Promise.resolve({ id });
      }
    }
    const graphql = { fieldResolverEnhancers: ['guards' as const] };
    const jar = (await start({ graphql, providers: [Loader] })).jar();
    await operate(jar, 'mutation { login(user: "ann") }');
    loads = 0;
    await operate(jar, '{ secret who counter { a: owner b: owner c: owner } }');
    expect(loads).toBe(1);
  });

  it('say with a code that the user cannot be loaded', async () => {
    const userLoader = (): never => {
      throw new Error('The database is down.');
    };
    const jar = (await start({ session: { userLoader } })).jar();
    await operate(jar, 'mutation { login(user: "ann") }');
    for (const query of ['{ secret }', '{ who }']) {
      expect(codesOf(await operate(jar, query))).toEqual(['SERVICE_UNAVAILABLE']);
    }
  });

  it('may be overridden', async () => {
    class OwnGuard extends SessionAuthGuard {
      protected override refuse(): Promise<never> {
        return Promise.reject(new Error('members only'));
      }
    }
    @Resolver()
    @UseGuards(OwnGuard)
    class Own {
      @Query(() => String)
      own(@CurrentUser('id') id: string): string {
        return id;
      }
    }
    const jar = (await start({ providers: [Own] })).jar();
    expect((await operate(jar, '{ own }')).errors).toEqual([expect.objectContaining({ message: 'members only' })]);
    await operate(jar, 'mutation { login(user: "ann") }');
    expect((await operate(jar, '{ own }')).data).toEqual({ own: 'ann' });
  });
});
