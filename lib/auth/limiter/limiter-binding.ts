import { PerApplication } from '../../http/per-application.js';
import type { LoginLimiter } from './login-limiter.js';

/** For decorators, into which nothing can be injected. */
export const boundLimiter = new PerApplication<LoginLimiter>(
  'There is no login limiter here: import SessionModule.forRoot() in the root module, and use @LoginAttempts() in HTTP controllers.',
);
