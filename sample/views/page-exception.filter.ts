import { Catch, HttpException, HttpStatus, Logger, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { Request, Response } from 'express';
import { errorPage } from './error.view.js';
import { renderPage } from './layout.js';

/**
 * Errors in the look of the shop, for whoever reads pages. Everybody else, and everything under `/api`, gets Nest's JSON.
 * The page leaves the session alone: it may be the very thing that cannot be had.
 */
@Catch()
export class PageExceptionFilter extends BaseExceptionFilter {
  readonly #logger = new Logger(PageExceptionFilter.name);

  override catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    const status: number =
      exception instanceof HttpException ? exception.getStatus() : HttpStatus.INTERNAL_SERVER_ERROR;
    // The way to the login is an exception, too, and no error.
    const isRedirect = status < 400;
    if (response.headersSent || isRedirect || !wantsPage(http.getRequest<Request>())) {
      super.catch(exception, host);
      return;
    }
    if (!(exception instanceof HttpException)) this.#logger.error(exception);
    const page = renderPage({ current: null, ...errorPage(status, exception) }, null);
    response.status(status).type('html').send(page);
  }
}

function wantsPage(request: Request): boolean {
  return !request.path.startsWith('/api/') && request.accepts(['json', 'html']) === 'html';
}
