/** Must and must not compile: the options of the module. */
import { SessionModule } from 'nestjs-session-auth';
import './augmentation.js';

export const accepted = [
  SessionModule.forRoot(),
  SessionModule.forRoot({}),
  SessionModule.forRoot({ type: 'memory', idleTimeout: '30m', absoluteTimeout: 3600 }),
  SessionModule.forRoot({ absoluteTimeout: null, cookie: { name: 'shop', sameSite: 'lax' } }),
  SessionModule.forRoot({ type: 'redis', redis: { url: 'redis://127.0.0.1:6379' } }),
  SessionModule.forRootAsync({ useFactory: () => ({ type: 'memory' }) }),
  SessionModule.forRootAsync({ useFactory: async () => Promise.resolve({ idleTimeout: '30m' }) }),
];

// @ts-expect-error there is no such store
SessionModule.forRoot({ type: 'cassandra' });
// @ts-expect-error there is no such option
SessionModule.forRoot({ idleTimeOut: '30m' });
// @ts-expect-error there is no such attribute
SessionModule.forRoot({ cookie: { samesite: 'lax' } });
// @ts-expect-error SameSite has three values
SessionModule.forRoot({ cookie: { sameSite: 'sometimes' } });
// @ts-expect-error a lifetime is a text or a number of seconds
SessionModule.forRoot({ idleTimeout: new Date() });
