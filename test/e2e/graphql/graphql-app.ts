import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { UnauthorizedException, UseGuards } from '@nestjs/common';
import { Args, Field, GraphQLModule, Mutation, ObjectType, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import {
  AuthService,
  CurrentUser,
  Fresh,
  LoginAttempts,
  Permissions,
  Public,
  Roles,
  Session,
  SessionAuthGuard,
  SessionService,
  type SessionUser,
} from 'nestjs-session-auth';
import { startApp, type AppSetup, type PlatformName, type RunningApp } from '../../support/app.js';
import type { CookieJar } from '../../support/jar.js';

/** The servers of GraphQL, each on the platforms that it supports. */
export const graphqlServers: readonly [GraphqlServer, ...GraphqlServer[]] = [
  { server: 'apollo', platform: 'express' },
  { server: 'mercurius', platform: 'fastify' },
  // One that it has in common with each of the others, so it belongs to the nightly form.
  ...(process.env['TEST_FULL'] === '1' ? [{ server: 'apollo', platform: 'fastify' } as const] : []),
];

export interface GraphqlServer {
  readonly server: 'apollo' | 'mercurius';
  readonly platform: PlatformName;
}

@ObjectType()
class Counter {
  @Field(() => Number)
  start!: number;
}

function countIn(session: Session): number {
  return Number(session.get('count') ?? 0);
}

/** Its fields each read and change the session. */
@Resolver(() => Counter)
class CounterResolver {
  @Query(() => Counter)
  counter(): Counter {
    return { start: 0 };
  }

  @Mutation(() => Counter)
  counting(): Counter {
    return { start: 0 };
  }

  @ResolveField(() => Number)
  seen(@Session() session: Session): number {
    return countIn(session);
  }

  @ResolveField(() => Number)
  next(@Session() session: Session): number {
    session.mutate('count', (count) => Number(count ?? 0) + 1);
    return countIn(session);
  }

  @ResolveField(() => String, { nullable: true })
  @UseGuards(SessionAuthGuard)
  owner(@CurrentUser() user: SessionUser | null): string {
    return `of ${String(user && Reflect.get(user, 'id'))}`;
  }
}

@Resolver()
class AccountResolver {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionService,
  ) {}

  @Public()
  @Mutation(() => Boolean)
  async login(@Session() session: Session, @Args('user') user: string): Promise<boolean> {
    await this.auth.login(session, { id: user });
    return true;
  }

  @Public()
  @Mutation(() => Boolean)
  async loginRemembered(@Session() session: Session): Promise<boolean> {
    await this.auth.login(session, { id: 'ann' }, { remember: true });
    return true;
  }

  @Public()
  @Mutation(() => Boolean)
  async tryLogin(
    @LoginAttempts() attempts: LoginAttempts,
    @Session() session: Session,
    @Args('password') password: string,
  ): Promise<boolean> {
    const user = await attempts.attempt('ann', () => (password === 'right' ? { id: 'ann' } : null));
    if (user !== null) await this.auth.login(session, user);
    return user !== null;
  }

  /** In the two halves of the limiter. */
  @Public()
  @Mutation(() => Boolean, { nullable: true })
  async checkLogin(@LoginAttempts() attempts: LoginAttempts, @Args('password') password: string): Promise<boolean> {
    await attempts.check('ann');
    await attempts.check('ann');
    if (password !== 'right') throw new UnauthorizedException();
    await attempts.succeeded('ann');
    return true;
  }

  @Mutation(() => Boolean)
  async logout(@Session() session: Session): Promise<boolean> {
    await this.auth.logout(session);
    return true;
  }

  @Mutation(() => Boolean)
  async confirm(@Session() session: Session): Promise<boolean> {
    await this.auth.confirm(session);
    return true;
  }

  @Mutation(() => Boolean)
  async save(@Session() session: Session): Promise<boolean> {
    session.set('count', 1);
    await session.commit();
    return true;
  }

  @Query(() => Number)
  async currently(): Promise<number> {
    const session = await this.sessions.current();
    return session === null ? -1 : countIn(session);
  }

  @Mutation(() => Boolean)
  async countingOnce(): Promise<boolean> {
    const session = await this.sessions.current();
    session?.set('count', countIn(session) + 1);
    return true;
  }

  @Query(() => String, { nullable: true })
  async whoIsThere(): Promise<string | null> {
    const user = await this.auth.current();
    return user && String(Reflect.get(user, 'id'));
  }

  @Public()
  @Query(() => String, { nullable: true })
  who(@CurrentUser('id') id: string | null): string | null {
    return id;
  }
}

@Resolver()
@UseGuards(SessionAuthGuard)
class GuardedResolver {
  @Query(() => String)
  secret(@CurrentUser() user: SessionUser): string {
    return `for ${String(Reflect.get(user, 'id'))}`;
  }

  @Query(() => String, { nullable: true })
  secretOrNull(): string {
    return 'for users';
  }

  @Public()
  @Query(() => String)
  open(): string {
    return 'for all';
  }

  @Roles('admin')
  @Query(() => String)
  administration(): string {
    return 'for administrators';
  }

  @Permissions('write')
  @Query(() => String)
  writing(): string {
    return 'for writers';
  }

  @Fresh({ within: 60 })
  @Query(() => String)
  fresh(): string {
    return 'for those who have just logged in';
  }
}

interface ContextArgument {
  readonly req?: object;
  readonly res?: object;
}

/** What both servers are given: options of their own do not belong here. */
export interface GraphqlSetup extends AppSetup {
  readonly graphql?: {
    /** The context function, which Apollo on Express calls with both in one object. */
    readonly context?: (first: ContextArgument, reply?: object) => Record<string, unknown>;
    /** Of Apollo, one for all operations in place of a function. */
    readonly fixedContext?: Record<string, unknown>;
    readonly fieldResolverEnhancers?: ('guards' | 'interceptors' | 'filters')[];
    /** Several operations in one request. */
    readonly isBatching?: boolean;
    readonly isSubscribing?: boolean;
    /** Of Apollo, for a test of what it would hide. */
    readonly csrfPrevention?: boolean;
  };
}

/** An application with resolvers. */
export function startGraphql({ server, platform }: GraphqlServer, setup: GraphqlSetup = {}): Promise<RunningApp> {
  const { graphql: { isBatching = false, isSubscribing = false, fixedContext, ...options } = {}, ...rest } = setup;
  const common = { ...options, autoSchemaFile: true, path: '/graphql', graphiql: false };
  const module =
    server === 'apollo'
      ? GraphQLModule.forRoot<ApolloDriverConfig>({
          ...common,
          ...(fixedContext && { context: fixedContext }),
          driver: ApolloDriver,
          allowBatchedHttpRequests: isBatching,
          ...(isSubscribing ? { subscriptions: { 'graphql-ws': true } } : {}),
        })
      : GraphQLModule.forRoot<MercuriusDriverConfig>({
          ...common,
          driver: MercuriusDriver,
          allowBatchedQueries: isBatching,
          ...(isSubscribing ? { subscription: { fullWsTransport: true } } : {}),
        });
  return startApp({
    platform,
    ...rest,
    imports: [module, ...(setup.imports ?? [])],
    providers: [CounterResolver, AccountResolver, GuardedResolver, ...(setup.providers ?? [])],
  });
}

export interface GraphqlResult {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

export interface GraphqlAnswer extends Required<GraphqlResult> {
  readonly status: number;
  readonly headers: Headers;
}

export function jsonOf(query: string): { method: string; headers: Record<string, string>; body: string } {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', headers, body: JSON.stringify({ query }) };
}

/** Sends an operation, as a client of the same origin does. */
export async function operate(
  jar: CookieJar,
  query: string,
  headers: Record<string, string> = {},
): Promise<GraphqlAnswer> {
  const init = jsonOf(query);
  const response = await jar.fetch('/graphql', { ...init, headers: { ...init.headers, ...headers } });
  const { data = null, errors = [] } = (await response.json()) as GraphqlResult;
  return { status: response.status, data, errors, headers: response.headers };
}

/** The codes of its errors. */
export function codesOf({ errors = [] }: GraphqlResult): unknown[] {
  return errors.map(({ extensions }) => extensions?.['code']);
}
