import type { ArgumentsHost } from '@nestjs/common';
import { SessionUnreachableError } from '../errors.js';
import { currentSession } from './current-session.js';
import { noRequestIn, operationRuntime, operationSession } from './graphql.js';
import type { RequestSession } from './request-session.js';
import { SessionRuntime, unreachable } from './session-runtime.js';

/** The session behind a context: of an HTTP request, a GraphQL operation, or a message. @throws SessionUnreachableError if it has none */
export function requestSessionOf(context: ArgumentsHost): RequestSession {
  switch (context.getType<string>()) {
    case 'http': {
      // By index: `switchToHttp()` creates three functions per call, and every request takes this path.
      const request = context.getArgByIndex<object>(0);
      return SessionRuntime.sessionOf(request, context.getArgByIndex<object>(1));
    }
    case 'graphql':
      return operationSession(context);
    case 'ws':
      return messageOf(context)?.session ?? noSession(context);
    default:
      return noSession(context);
  }
}

/** The runtime of the context's application; null: there is none. */
export function runtimeOf(context: ArgumentsHost): SessionRuntime | null {
  switch (context.getType<string>()) {
    case 'http':
      return SessionRuntime.ofApplication(context.getArgByIndex<object>(0));
    case 'graphql':
      return operationRuntime(context);
    case 'ws':
      return messageOf(context)?.runtime ?? null;
    default:
      return null;
  }
}

/** The error for a context that leads to no application with sessions. @param message for anything but GraphQL */
export function unreachableIn(context: ArgumentsHost, message: string): SessionUnreachableError {
  return context.getType<string>() === 'graphql'
    ? noRequestIn(context)
    : unreachable(context.getArgByIndex<unknown>(0), message);
}

/** The message that is being handled; null: none of this socket. */
function messageOf(context: ArgumentsHost) {
  const current = currentSession.getStore();
  return current?.client === context.getArgByIndex<object>(0) ? current : null;
}

function noSession(context: ArgumentsHost): never {
  throw new SessionUnreachableError(
    `There is no session in a context of type "${context.getType()}". Open one by the client's cookies: SessionService.open().`,
  );
}
