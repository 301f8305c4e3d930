import { SetMetadata } from '@nestjs/common';

/** The metadata key of listeners. */
export const SESSION_LISTENER = Symbol('nestjs-session-auth listener');

/**
 * Marks a provider as a listener of session and login events: implement any of the methods of {@link SessionObserver}.
 *
 * ```ts
 * @SessionListener()
 * export class AuditLog implements SessionObserver {
 *   login({ userId, publicId }: SessionEventOf<'login'>) { … }
 * }
 * ```
 *
 * @publicApi
 */
export const SessionListener = (): ClassDecorator => SetMetadata(SESSION_LISTENER, true);
