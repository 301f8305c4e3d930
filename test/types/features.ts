import './augmentation.js';
import {
  isSessionError,
  SessionError,
  type SessionErrorCode,
  type SessionEventName,
  type SessionEventOf,
} from 'nestjs-session-auth';

/** What a feature adds: an error with a code of its own, and an event. */
export class QuotaError extends SessionError {
  readonly code = 'ACME_QUOTA';
}

export const code: SessionErrorCode = 'ACME_QUOTA';
export const event: SessionEventName = 'quotaReached';
export const reached: SessionEventOf<'quotaReached'> = { publicId: 'public' };

export function isQuota(error: unknown): boolean {
  return isSessionError(error) && error.code === 'ACME_QUOTA';
}

// @ts-expect-error A code that nobody has declared.
export const unknown: SessionErrorCode = 'ACME_OTHER';
