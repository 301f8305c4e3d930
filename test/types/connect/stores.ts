/** Must and must not compile: stores of express-session in the drop-in. The folder `untyped` has them without the types of express-session. */
import { RedisStore } from 'connect-redis';
import session from 'nestjs-session-auth/express';

declare module 'nestjs-session-auth/express' {
  interface SessionData {
    views: number;
  }
}

declare const client: ConstructorParameters<typeof RedisStore>[0]['client'];

session({ secret: 'a', store: new RedisStore({ client }) });
// @ts-expect-error it is no store
session({ secret: 'a', store: new Set() });
