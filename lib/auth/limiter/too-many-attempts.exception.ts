import { HttpException, HttpStatus } from '@nestjs/common';

/**
 * A login was refused without being tried, since too many have failed before. A 429; the limiter has set the header
 * `Retry-After`.
 *
 * @publicApi
 */
export class TooManyAttemptsException extends HttpException {
  constructor(
    /** In how many seconds the login may be tried. */
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
