import { UseGuards } from '@nestjs/common';
import { Query, Resolver, Subscription } from '@nestjs/graphql';
import { AuthService, CurrentUser, SessionAuthGuard, type SessionUser } from 'nestjs-session-auth';
import { LoginChanges } from './login-changes.js';

/** The same as the gateway does, in GraphQL: the page `/devices?live=graphql` uses it. */
@Resolver()
@UseGuards(SessionAuthGuard)
export class DevicesResolver {
  constructor(
    private readonly auth: AuthService,
    private readonly changes: LoginChanges,
  ) {}

  /** On how many devices the user is logged in. */
  @Query(() => Number)
  async devices(@CurrentUser() user: SessionUser): Promise<number> {
    return (await this.auth.sessions(user.id)).length;
  }

  @Subscription(() => Boolean, { resolve: () => true })
  devicesChanged(@CurrentUser('id') userId: string): AsyncIterableIterator<unknown> {
    return this.changes.of(userId);
  }
}
