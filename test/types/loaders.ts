/** Must and must not compile: loaders of users, as types and as decorators of the same names. */
import { Injectable, type ExecutionContext } from '@nestjs/common';
import {
  CurrentUser,
  RequestLoader,
  SessionModule,
  UserLoader,
  type SessionUser,
  type UserId,
} from 'nestjs-session-auth';
import './augmentation.js';

const ada: SessionUser = { id: 'ada', email: 'ada@example.com' };

interface ApiRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export const byId: UserLoader = (id: UserId, context: ExecutionContext) => (id === ada.id ? ada : null);
export const later: UserLoader = async (id) => Promise.resolve(id === ada.id ? ada : null);
export const byKey: RequestLoader = (request: ApiRequest) => (request.headers['x-api-key'] === 'key' ? ada : null);
// @ts-expect-error a user has an email address
export const wrongUser: UserLoader = () => ({ id: 'ada' });
// @ts-expect-error an id may be a number
export const textsOnly: UserLoader = (id: string) => null;
// @ts-expect-error a user has an email address
export const wrongUserByKey: RequestLoader = (request: ApiRequest) => ({ id: 'ada' });

SessionModule.forRoot({ userLoader: byId });
SessionModule.forRoot({ userLoader: null });
// @ts-expect-error a class is found by its decorator
SessionModule.forRoot({ userLoader: Users });

@Injectable()
@UserLoader()
class Users {
  load(id: UserId): SessionUser | null {
    return id === ada.id ? ada : null;
  }
}

@Injectable()
@RequestLoader({ order: 1 })
export class ApiKeys {
  load({ headers }: ApiRequest): SessionUser | null {
    return headers['x-api-key'] === 'key' ? ada : null;
  }

  @RequestLoader()
  async byToken(_request: ApiRequest): Promise<SessionUser | null> {
    return Promise.resolve(null);
  }

  @UserLoader()
  byId(_id: UserId): SessionUser | null {
    return null;
  }
}

// @ts-expect-error an order is a number
RequestLoader({ order: 'first' });
// @ts-expect-error there can be one, so there is no order
UserLoader({ order: 1 });
// @ts-expect-error there is no such option
RequestLoader({ priority: 1 });

export class Parameters {
  fields(
    @CurrentUser() user: SessionUser | null,
    @CurrentUser('email') email: string,
    // @ts-expect-error nobody declared it
    @CurrentUser('label') _label: unknown,
    // @ts-expect-error a field is named by a text
    @CurrentUser(7) _seven: unknown,
  ): string | undefined {
    // @ts-expect-error nobody may be there
    const length = user.email.length;
    // @ts-expect-error nobody declared it
    const label = user?.label;
    return user?.email ?? email;
  }
}
