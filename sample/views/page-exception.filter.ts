import { Catch, HttpException, HttpStatus, Logger, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { Request, Response } from 'express';
import { errorPage } from './error.view.js';
import { PagesService } from './pages.service.js';

/** Shows errors as pages to browsers. Other clients, and everything under `/api`, get Nest's JSON. */
@Catch()
export class PageExceptionFilter extends BaseExceptionFilter {
  readonly #logger = new Logger(PageExceptionFilter.name);

  constructor(private readonly pages: PagesService) {
    super();
  }

  override catch(exception: unknown, host: ArgumentsHost): void {
    // The server of GraphQL makes an answer of it.
    if (host.getType<string>() === 'graphql') throw exception;
    const http = host.switchToHttp();
    const status: number =
      exception instanceof HttpException ? exception.getStatus() : HttpStatus.INTERNAL_SERVER_ERROR;
    // A redirect to the login page is an exception, too, but not an error.
    const isRedirect = status < 400;
    if (http.getResponse<Response>().headersSent || isRedirect || !wantsPage(http.getRequest<Request>())) {
      super.catch(exception, host);
      return;
    }
    if (!(exception instanceof HttpException)) this.#logger.error(exception);
    void this.pages.sendError(errorPage(status, exception), exception, host);
  }
}

function wantsPage(request: Request): boolean {
  return !request.path.startsWith('/api/') && request.accepts(['json', 'html']) === 'html';
}
