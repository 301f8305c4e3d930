import type { ArgumentsHost, HttpException } from '@nestjs/common';
import { currentSession } from '../../http/current-session.js';
import { asOperationError, codeOf, detailsOf } from '../../http/operation-error.js';

/**
 * An exception as the context's transport delivers it: HTTP as it is, GraphQL with `extensions.code` and what the body
 * says besides, and a socket as an error that Nest sends to its client.
 */
export function refusalIn(context: ArgumentsHost, exception: HttpException): Error {
  switch (context.getType<string>()) {
    case 'graphql':
      return asOperationError(exception);
    case 'ws': {
      const refusal = { code: codeOf(exception), message: exception.message, ...detailsOf(exception) };
      return currentSession.getStore()?.errorFor?.(refusal) ?? exception;
    }
    default:
      return exception;
  }
}
