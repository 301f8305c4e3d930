import type { WithSession } from './request.js';

declare global {
  namespace Express {
    /**
     * By inheritance, not by properties: an application may still have the declarations of express-session, which its stores
     * bring along. Its own properties then count, and the two do not contradict each other.
     */
    interface Request extends WithSession {}
  }
}
