import type { OwnedSession } from '../../session/owned-sessions.js';

/** One of a user's sessions, as a page that lists them shows it. @publicApi */
export interface DeviceSession {
  /** Names the login, for {@link AuthService.revoke}, as long as it lasts and under whatever id; of no use to a thief. */
  readonly publicId: string;
  /** When the user logged in there. */
  readonly createdAt: Date;
  /** When it was used last, as far as that is noted: to the refresh interval, five minutes at most by default. */
  readonly lastSeenAt: Date;
  /** When it ends if it is not used again. */
  readonly expiresAt: Date;
  /** The network address that it was seen from last; empty: not known. */
  readonly ip: string;
  /** The header `User-Agent` of the login; empty: none. Text of a stranger: escape it. */
  readonly userAgent: string;
  /** Whether it was begun by remember-me, or will be continued by it. */
  readonly remembered: boolean;
  /** Whether it is the session that asks. */
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
    current: lineage === currentLineage,
  };
}
