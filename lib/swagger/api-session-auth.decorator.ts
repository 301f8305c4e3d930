import { applyDecorators } from '@nestjs/common';
import { ApiForbiddenResponse, ApiSecurity, ApiUnauthorizedResponse } from '@nestjs/swagger';

/** The name of the security scheme in the document. */
export const SESSION_SECURITY = 'session';

/**
 * Documents that a route, or all routes of a controller, need the session cookie: the security scheme `session`, a 401 and a
 * 403. It documents only; `SessionAuthGuard` does the work. {@link addSessionAuth} adds the scheme to the document.
 *
 * @publicApi
 */
export function ApiSessionAuth(): ClassDecorator & MethodDecorator {
  return applyDecorators(
    ApiSecurity(SESSION_SECURITY),
    ApiUnauthorizedResponse({
      description: 'Nobody is logged in, or the login is not recent enough.',
      schema: errorSchema(401, 'Unauthorized'),
    }),
    ApiForbiddenResponse({
      description: 'The user lacks a role or permission, or another site may have sent the request.',
      schema: errorSchema(403, 'Forbidden'),
    }),
  );
}

/** The body that Nest gives these errors. */
function errorSchema(statusCode: number, error: string) {
  return {
    type: 'object',
    required: ['statusCode', 'message'],
    properties: {
      statusCode: { type: 'integer', example: statusCode },
      message: { type: 'string' },
      error: { type: 'string', example: error },
    },
  };
}
