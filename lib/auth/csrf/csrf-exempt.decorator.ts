import { SetMetadata, type CustomDecorator } from '@nestjs/common';

/** The metadata key of routes that `CsrfGuard` admits. */
export const CSRF_EXEMPT = Symbol('nestjs-session-auth csrf exempt');

/**
 * Lets all requests pass `CsrfGuard`, for a route or a controller that authenticates its sender itself: a webhook with a
 * signature, a callback with a `state`. `@CsrfExempt(false)` excludes a route of such a controller.
 *
 * The route must not rely on the session: a page of any site can call it with the user's cookies.
 *
 * @publicApi
 */
export const CsrfExempt = (isExempt = true): CustomDecorator<symbol> => SetMetadata(CSRF_EXEMPT, isExempt);
