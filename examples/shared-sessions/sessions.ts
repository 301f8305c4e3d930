import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { SessionModule, UserLoader, type SessionUser, type UserId } from 'nestjs-session-auth';

/** Both applications declare the same data: each reads what the other writes. */
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

@Injectable()
export class UsersService {
  @UserLoader()
  load(id: UserId): SessionUser | null {
    return (
      [
        { id: 1, name: 'Ada', roles: ['customer', 'staff'] },
        { id: 2, name: 'Ben', roles: ['customer'] },
      ].find((user) => user.id === id) ?? null
    );
  }
}

/**
 * What has to be the same in both: the secret (SECRET_KEY), the store and its key prefix, and the cookie's name. The cookie is for
 * the parent domain, if the applications are on two hosts (shop.example.com, office.example.com).
 */
export function sharedSessions(): DynamicModule {
  const domain = process.env['COOKIE_DOMAIN'];
  return SessionModule.forRoot({
    keyPrefix: 'example:',
    cookie: { name: 'example-session', ...(domain === undefined ? {} : { domain }) },
  });
}

@Module({ providers: [UsersService] })
export class UsersModule {}
