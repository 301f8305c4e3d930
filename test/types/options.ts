/** Must and must not compile: the options of the module. */
import { SessionModule } from 'nestjs-session-auth';
import './augmentation.js';

export const accepted = [
  SessionModule.forRoot(),
  SessionModule.forRoot({}),
  SessionModule.forRoot({ type: 'memory', idleTimeout: '30m', absoluteTimeout: 3600 }),
  SessionModule.forRoot({ absoluteTimeout: null, cookie: { name: 'shop', sameSite: 'lax' } }),
  SessionModule.forRoot({ type: 'redis', redis: { url: 'redis://127.0.0.1:6379' } }),
  SessionModule.forRoot({ maxSessionsPerUser: 3, messages: { login: 'Log in first.', confirm: null } }),
  SessionModule.forRoot({ maxSessionsPerUser: { max: () => 3, onTooMany: 'refuse' }, refresh: false }),
  SessionModule.forRoot({ messages: { login: { text: 'Log in first.', category: 'info' } }, refresh: 'auto' }),
  SessionModule.forRoot({ defaults: { type: 'memory', cookie: { name: 'auto:shop' }, maxSessionsPerUser: null } }),
  // Former names, until 1.0.
  SessionModule.forRoot({ loginUrl: '/login', onTooManySessions: 'refuse', cookie: { prefix: 'auto' }, idLength: 32 }),
  SessionModule.forRoot({ protection: 'strong', timeouts: 'aal2', refreshInterval: null, sealed: { compress: true } }),
  SessionModule.forRootAsync({ useFactory: () => ({ type: 'memory' }) }),
  SessionModule.forRootAsync({ useFactory: async () => Promise.resolve({ idleTimeout: '30m' }) }),
];

// @ts-expect-error there is no such store
SessionModule.forRoot({ type: 'cassandra' });
// @ts-expect-error there is no such option
SessionModule.forRoot({ idleTimeOut: '30m' });
// @ts-expect-error defaults have none of their own
SessionModule.forRoot({ defaults: { defaults: {} } });
// @ts-expect-error there is no such option among the defaults
SessionModule.forRoot({ defaults: { idleTimeOut: '30m' } });
// @ts-expect-error it is off, automatic or so often
SessionModule.forRoot({ refresh: true });
// @ts-expect-error a limit is a number, or has one
SessionModule.forRoot({ maxSessionsPerUser: { most: 3 } });
// @ts-expect-error there is no such attribute
SessionModule.forRoot({ cookie: { samesite: 'lax' } });
// @ts-expect-error SameSite has three values
SessionModule.forRoot({ cookie: { sameSite: 'sometimes' } });
// @ts-expect-error a lifetime is a text or a number of seconds
SessionModule.forRoot({ idleTimeout: new Date() });
