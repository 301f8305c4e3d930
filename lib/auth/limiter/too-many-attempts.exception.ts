import { HttpException, HttpStatus } from '@nestjs/common';

/**
 * A login was rejected without being attempted, because too many have failed before. A 429; the limiter has set the
 * `Retry-After` header.
 *
 * @publicApi
 */
export class TooManyAttemptsException extends HttpException {
  constructor(
    /** In how many seconds the login may be retried. */
    readonly retryAfter: number,
  ) {
    super(
      {
        statusCode: HttpStatus.TOO_MANY_REQUESTS,
        message: 'Too many failed logins. Try again later.',
        error: 'Too Many Requests',
        retryAfter,
      },
      HttpStatus.TOO_MANY_REQUESTS,
    );
  }
}
