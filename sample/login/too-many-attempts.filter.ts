import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { loginUrlFor, safeNext, TooManyAttemptsException } from 'nestjs-session-auth';
import { textField } from '../views/form.js';
import { renderPage } from '../views/layout.js';
import { tooManyAttemptsView } from './too-many-attempts.view.js';

/** Says how long to wait, and leads back to the form. The limiter has set the header `Retry-After`. */
@Catch(TooManyAttemptsException)
export class TooManyAttemptsFilter implements ExceptionFilter<TooManyAttemptsException> {
  catch(exception: TooManyAttemptsException, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const main = tooManyAttemptsView(exception.retryAfter, formOf(http.getRequest<Request>()));
    const page = renderPage({ title: 'Too many tries', current: 'login', main }, null);
    http.getResponse<Response>().status(exception.getStatus()).type('html').send(page);
  }
}

/** The page whose form was sent, with what it knew: login and confirmation have the same address for both. */
function formOf({ path, body }: Request): string {
  const action = textField(body, 'action', 100);
  const page = action === '' ? path : `${path}?action=${encodeURIComponent(action)}`;
  return loginUrlFor(page, safeNext(textField(body, 'next', 2048)));
}
