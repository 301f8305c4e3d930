import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Injectable, Module, UnauthorizedException } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  Args,
  Field,
  GraphQLModule,
  ID,
  Int,
  Mutation,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
} from '@nestjs/graphql';
import {
  AuthService,
  CsrfGuard,
  CurrentUser,
  LoginAttempts,
  Public,
  Roles,
  Session,
  SessionAuthGuard,
  SessionModule,
  UserLoader,
  type SessionUser,
  type UserId,
} from 'nestjs-session-auth';

declare module 'nestjs-session-auth' {
  interface SessionData {
    cart?: string[];
  }
  interface SessionUser {
    id: number;
    name: string;
    roles: string[];
  }
}

@ObjectType()
export class Viewer {
  @Field(() => ID)
  id!: number;

  @Field()
  name!: string;
}

@Injectable()
export class UsersService {
  readonly #users: readonly SessionUser[] = [
    { id: 1, name: 'Ada', roles: ['staff'] },
    { id: 2, name: 'Ben', roles: [] },
  ];

  @UserLoader()
  load(id: UserId): SessionUser | null {
    return this.#users.find((user) => user.id === id) ?? null;
  }

  /** Replace it with your database, and compare hashes of passwords. */
  verify(name: string, password: string): SessionUser | null {
    const user = this.#users.find((one) => one.name === name);
    return user !== undefined && password === 'correct horse' ? user : null;
  }
}

@Resolver()
export class LoginResolver {
  constructor(
    private readonly auth: AuthService,
    private readonly users: UsersService,
  ) {}

  @Public()
  @Mutation(() => Viewer)
  async login(
    @Args('name') name: string,
    @Args('password') password: string,
    @Session() session: Session,
    @LoginAttempts() attempts: LoginAttempts,
  ): Promise<SessionUser> {
    const user = await attempts.attempt(name, () => this.users.verify(name, password));
    if (user === null) throw new UnauthorizedException('Wrong name or password.');
    await this.auth.login(session, user);
    return user;
  }

  @Mutation(() => Boolean)
  async logout(@Session() session: Session): Promise<boolean> {
    await this.auth.logout(session);
    return true;
  }
}

/** `{ viewer { name cart } }`: every field has the same session, and the response saves it once. */
@Resolver(() => Viewer)
export class ViewerResolver {
  @Public()
  @Query(() => Viewer, { nullable: true })
  viewer(@CurrentUser() user: SessionUser | null): SessionUser | null {
    return user;
  }

  @ResolveField(() => [String])
  cart(@Parent() _viewer: Viewer, @Session({ readonly: true }) session: Session): string[] {
    return session.cart ?? [];
  }

  @Mutation(() => Int)
  putIntoCart(@Args('item') item: string, @Session() session: Session): number {
    session.mutate('cart', (cart) => [...(cart ?? []), item]);
    return session.cart?.length ?? 0;
  }

  @Roles('staff')
  @Query(() => String)
  takings(): string {
    return '€81.00';
  }
}

@Module({
  imports: [
    SessionModule.forRoot(),
    GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true }),
  ],
  providers: [
    UsersService,
    LoginResolver,
    ViewerResolver,
    // A client of another origin needs `csrf.trustedOrigins`, and CORS with credentials.
    { provide: APP_GUARD, useExisting: CsrfGuard },
    { provide: APP_GUARD, useExisting: SessionAuthGuard },
  ],
})
export class AppModule {}
