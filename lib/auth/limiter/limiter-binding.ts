import { PerApplication } from '../../http/per-application.js';
import type { LoginLimiter } from './login-limiter.js';

/** For decorators, which cannot be injected into. */
export const boundLimiter = new PerApplication<LoginLimiter>(
  'There is no login limiter here: import SessionModule.forRoot() in the root module, and use @LoginAttempts() in HTTP controllers.',
);
