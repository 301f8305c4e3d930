import type { WithSession } from './request.js';

declare global {
  namespace Express {
    /**
     * Inherits instead of declaring properties: if the application still has express-session's declarations, which its stores
     * depend on, these take precedence, and the two do not conflict.
     */
    interface Request extends WithSession {}
  }
}
