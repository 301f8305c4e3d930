import type { Session } from 'nestjs-session-auth';
import type { StoragePlace } from '../settings.js';

/** What may be shown of a session. The secret id is not part of it: the package does not expose it. */
export interface SessionDescription {
  readonly publicId: string;
  readonly data: unknown;
  readonly isNew: boolean;
  readonly permanent: boolean;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly store: StoragePlace;
}

export function describeSession(session: Session, store: StoragePlace): SessionDescription {
  return {
    publicId: session.id,
    data: session,
    isNew: session.isNew,
    permanent: session.permanent,
    createdAt: session.createdAt,
    expiresAt: session.expiresAt,
    store,
  };
}
