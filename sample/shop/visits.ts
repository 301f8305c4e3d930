import type { Session } from 'nestjs-session-auth';

/** Counts a visit and returns the number of visits. */
export function countVisit(session: Session): number {
  session.visits = (session.visits ?? 0) + 1;
  return session.visits;
}
