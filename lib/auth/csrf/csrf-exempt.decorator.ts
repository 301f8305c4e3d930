import { SetMetadata, type CustomDecorator } from '@nestjs/common';

/** What marks a route that `CsrfGuard` lets through. */
export const CSRF_EXEMPT = Symbol('nestjs-session-auth csrf exempt');

/**
 * Lets everybody's requests through `CsrfGuard`, for a route or a controller that proves by itself who sends them: a webhook
 * with a signature, a callback with a `state`. `@CsrfExempt(false)` takes a route of such a controller out again.
 *
 * The route must not go by the session: a page of any site can reach it with its visitor's cookies.
 *
 * @publicApi
 */
export const CsrfExempt = (isExempt = true): CustomDecorator<symbol> => SetMetadata(CSRF_EXEMPT, isExempt);
