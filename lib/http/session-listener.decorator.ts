import { SetMetadata } from '@nestjs/common';

/** What marks a listener. */
export const SESSION_LISTENER = Symbol('nestjs-session-auth listener');

/**
 * Makes a provider hear of what happens to sessions and logins: it has any of the methods of {@link SessionObserver}.
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
