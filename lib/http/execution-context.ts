import type { ArgumentsHost } from '@nestjs/common';
import { SessionUnreachableError } from '../errors.js';
import type { RequestSession } from './request-session.js';
import { SessionRuntime } from './session-runtime.js';

/** The request's session that an execution context leads to. @throws SessionUnreachableError outside of HTTP */
export function requestSessionOf(context: ArgumentsHost): RequestSession {
  if (context.getType() !== 'http') {
    throw new SessionUnreachableError(
      `There is no session in a context of type "${context.getType()}", only in an HTTP request.`,
    );
  }
  // By their places: `switchToHttp()` makes three functions each time, and this is on the path of every request.
  const request = context.getArgByIndex<object>(0);
  return SessionRuntime.behind(request).of(request, context.getArgByIndex<object>(1));
}
