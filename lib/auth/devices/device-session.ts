import { actorOf } from '../../session/auth-facts.js';
import type { OwnedSession } from '../../session/owned-sessions.js';

/** One of a user's sessions, for a page that lists them. @publicApi */
export interface DeviceSession {
  /** Identifies the login for {@link AuthService.revoke}, for as long as it lasts and under any id; useless to a thief. */
  readonly publicId: string;
  /** When the user logged in there. */
  readonly createdAt: Date;
  /** When it was last used, to the precision of the refresh interval, by default at most five minutes. */
  readonly lastSeenAt: Date;
  /** When it expires if it is not used again. */
  readonly expiresAt: Date;
  /** The network address that last used it; empty: unknown. */
  readonly ip: string;
  /** The `User-Agent` header of the login; empty: none. Untrusted: escape it. */
  readonly userAgent: string;
  /** Whether remember-me started it, or will continue it. */
  readonly remembered: boolean;
  /** Whether somebody uses it in the user's place, such as an administrator. */
  readonly impersonated: boolean;
  /** Whether it is the requesting session. */
  readonly current: boolean;
}

export function deviceSession({ lineage, auth, endsAt }: OwnedSession, currentLineage: string | null): DeviceSession {
  return {
    publicId: lineage,
    createdAt: new Date(auth.since ?? auth.at),
    lastSeenAt: new Date(Math.max(auth.seenAt ?? 0, auth.at)),
    expiresAt: new Date(endsAt),
    ip: auth.seenFrom ?? auth.device?.address ?? '',
    userAgent: auth.device?.userAgent ?? '',
    remembered: auth.family !== undefined,
    impersonated: actorOf(auth) !== null,
    current: lineage === currentLineage,
  };
}
