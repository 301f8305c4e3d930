import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, UseGuards, type ExecutionContext, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { CsrfExempt, CsrfGuard, CsrfService, Session, type SessionModuleOptions } from 'nestjs-session-auth';
import type { RunningApp } from '../../support/app.js';
import { HeardEvents } from '../../support/heard-events.js';
import type { CookieJar } from '../../support/jar.js';
import { graphqlServers, jsonOf, operate, startGraphql, type GraphqlResult } from './graphql-app.js';

const elsewhere = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
const query = '{ who }';
const mutation = 'mutation { counting { start } }';

@Resolver()
class TokenResolver {
  constructor(private readonly csrf: CsrfService) {}

  @CsrfExempt()
  @Query(() => String)
  token(@Session() session: Session): string {
    return this.csrf.token(session);
  }

  @CsrfExempt()
  @Mutation(() => String)
  webhook(): string {
    return 'received';
  }
}

/** What a browser sends without asking the server first, and without a script's headers. */
const simple = {
  GET: { path: `/graphql?query=${encodeURIComponent(query)}`, init: {} },
  'POST of text/plain': {
    path: '/graphql',
    init: { ...jsonOf(mutation), headers: { 'content-type': 'text/plain' } },
  },
  'POST of a form': {
    path: '/graphql',
    init: {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ query: mutation }).toString(),
    },
  },
  'POST of a multipart form': {
    path: '/graphql',
    init: {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: `--x\r\nContent-Disposition: form-data; name="query"\r\n\r\n${mutation}\r\n--x--\r\n`,
    },
  },
  'POST of JSON': { path: '/graphql', init: jsonOf(mutation) },
} satisfies Record<string, { path: string; init: RequestInit }>;

describe.each(graphqlServers)('CsrfGuard of resolvers with $server on $platform', (server) => {
  let running: RunningApp | null = null;
  const events = new HeardEvents();

  /** A browser with a login; the guard protects every resolver. */
  async function start(csrf: SessionModuleOptions['csrf'] = {}, further: readonly Type[] = []): Promise<CookieJar> {
    running = await startGraphql(server, {
      session: { csrf, observer: events.observer },
      providers: [TokenResolver, ...further, { provide: APP_GUARD, useExisting: CsrfGuard }],
      // Apollo's own check of content types would hide what this guard does.
      graphql: { isBatching: true, ...(server.server === 'apollo' ? { csrfPrevention: false } : {}) },
    });
    const jar = running.jar();
    const login = await operate(jar, 'mutation { login(user: "ann") }', ownPage());
    expect(login.errors).toEqual([]);
    events.forget();
    return jar;
  }

  function ownPage(): Record<string, string> {
    return { 'sec-fetch-site': 'same-origin', origin: running?.url ?? '' };
  }

  afterEach(async () => {
    await running?.close();
    running = null;
  });

  it.each(Object.entries(simple))('ASVS 3.5.1: runs nothing for another site by %s', async (_, { path, init }) => {
    const jar = await start();
    for (const from of [elsewhere, { origin: elsewhere.origin }, { origin: 'null' }, {}]) {
      const response = await jar.fetch(path, { ...init, headers: { ...headersOf(init), ...from } });
      const text = await response.text();
      expect(text).not.toMatch(/"who":"ann"|"start":0/);
      // What the server does not take for an operation at all is not the guard's to judge.
      if (response.status === 200) expect(text).toMatch(/"code":"FORBIDDEN"/);
    }
  });

  it('says why in the extensions', async () => {
    const jar = await start();
    const reasonFor = async (headers: Record<string, string>): Promise<unknown> => {
      const { errors } = await operate(jar, query, headers);
      expect(errors).toHaveLength(1);
      expect(errors[0]?.extensions?.['code']).toBe('FORBIDDEN');
      return errors[0]?.extensions?.['reason'];
    };
    expect(await reasonFor(elsewhere)).toBe('CSRF_CROSS_SITE');
    expect(await reasonFor({ origin: elsewhere.origin })).toBe('CSRF_FOREIGN_ORIGIN');
    expect(await reasonFor({})).toBe('CSRF_TOKEN_MISSING');
    expect(await reasonFor({ 'x-csrf-token': 'made up' })).toBe('CSRF_TOKEN_INVALID');
  });

  it('lets pass what a page of the application sends', async () => {
    const jar = await start();
    expect((await operate(jar, mutation, ownPage())).errors).toEqual([]);
    expect((await operate(jar, mutation, { origin: running?.url ?? '' })).errors).toEqual([]);
    const response = await jar.fetch(simple.GET.path, { headers: { 'sec-fetch-site': 'same-origin' } });
    expect(await response.json()).toEqual({ data: { who: 'ann' } });
  });

  it('lets pass who has no cookies, and no page', async () => {
    await start();
    expect((await operate(running?.jar() ?? (await start()), '{ who }')).data).toEqual({ who: null });
  });

  it('accepts a token in the header', async () => {
    const jar = await start();
    const { data } = await operate(jar, '{ token }');
    expect((await operate(jar, '{ who }', { 'x-csrf-token': String(data?.['token']) })).data).toEqual({ who: 'ann' });
  });

  it('wants one of the own page, too, in the mode token', async () => {
    const jar = await startWithToken();
    const { data } = await operate(jar, '{ token }', ownPage());
    expect((await operate(jar, '{ who }', ownPage())).errors).toHaveLength(1);
    const headers = { ...ownPage(), 'x-csrf-token': String(data?.['token']) };
    expect((await operate(jar, '{ who secret: who }', headers)).errors).toEqual([]);
  });

  it('leaves exempt resolvers alone', async () => {
    const jar = await start();
    expect((await operate(jar, 'mutation { webhook }', elsewhere)).data).toEqual({ webhook: 'received' });
    const { errors } = await operate(jar, 'mutation { webhook counting { start } }', elsewhere);
    expect(errors).toHaveLength(1);
  });

  it('decides for a subclass by itself', async () => {
    @Injectable()
    class TokenGuard extends CsrfGuard {
      protected override admit(context: ExecutionContext, request: Parameters<CsrfGuard['admit']>[1]) {
        return this.requireToken(context, request);
      }
    }
    @Resolver()
    class StrictResolver {
      @UseGuards(TokenGuard)
      @Query(() => String)
      strict(): string {
        return 'for those with a token';
      }
    }
    const jar = await start({}, [TokenGuard, StrictResolver]);
    const { data } = await operate(jar, '{ token }');
    expect((await operate(jar, '{ who strict }', ownPage())).errors).toHaveLength(1);
    const headers = { ...ownPage(), 'x-csrf-token': String(data?.['token']) };
    expect((await operate(jar, '{ who strict }', headers)).data).toMatchObject({ strict: 'for those with a token' });
  });

  it('decides and notifies listeners once for all operations of a request', async () => {
    const jar = await start();
    const { errors } = await operate(jar, '{ a: who b: who c: who }', elsewhere);
    expect(errors).toHaveLength(3);
    expect(events.of('refused')).toEqual([expect.objectContaining({ reason: 'csrf' })]);
    events.forget();
    const body = JSON.stringify([{ query }, { query }]);
    const response = await jar.fetch('/graphql', {
      ...jsonOf(query),
      body,
      headers: { ...jsonOf(query).headers, ...elsewhere },
    });
    const results = (await response.json()) as GraphqlResult[];
    expect(results.map(({ errors: refused }) => refused?.length)).toEqual([1, 1]);
    expect(events.of('refused')).toHaveLength(1);
    // The next request is another one.
    await operate(jar, query, elsewhere);
    expect(events.of('refused')).toHaveLength(2);
  });

  /** In the mode token, a login needs one, too. */
  async function startWithToken(): Promise<CookieJar> {
    running = await startGraphql(server, {
      session: { csrf: { mode: 'token' } },
      providers: [TokenResolver, { provide: APP_GUARD, useExisting: CsrfGuard }],
    });
    const jar = running.jar();
    const { data } = await operate(jar, '{ token }');
    const headers = { 'x-csrf-token': String(data?.['token']) };
    expect((await operate(jar, 'mutation { login(user: "ann") }', headers)).errors).toEqual([]);
    return jar;
  }
});

function headersOf({ headers }: RequestInit): Record<string, string> {
  return Object.fromEntries(new Headers(headers));
}
