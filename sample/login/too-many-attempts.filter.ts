import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request } from 'express';
import { loginUrlFor, safeNext, TooManyAttemptsException } from 'nestjs-session-auth';
import { textField } from '../views/form.js';
import { PagesService } from '../views/pages.service.js';
import { tooManyAttemptsView } from './too-many-attempts.view.js';

/** Says how long to wait, and links back to the form. The limiter has set the `Retry-After` header. */
@Catch(TooManyAttemptsException)
export class TooManyAttemptsFilter implements ExceptionFilter<TooManyAttemptsException> {
  constructor(private readonly pages: PagesService) {}

  catch(exception: TooManyAttemptsException, host: ArgumentsHost): Promise<void> {
    const main = tooManyAttemptsView(exception.retryAfter, formOf(host.switchToHttp().getRequest<Request>()));
    return this.pages.sendError({ status: exception.getStatus(), title: 'Too many attempts', main }, exception, host);
  }
}

/** The page with the form that was sent, and what it knew. Login and confirmation each use one path for both. */
function formOf({ path, body }: Request): string {
  const action = textField(body, 'action', 100);
  const page = action === '' ? path : `${path}?action=${encodeURIComponent(action)}`;
  return loginUrlFor(page, safeNext(textField(body, 'next', 2048)));
}
