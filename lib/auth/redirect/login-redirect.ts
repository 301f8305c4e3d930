import { HttpException, HttpStatus } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';

/** What is needed of a request to send its browser to the login page. */
export interface RedirectedRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** The path as the client asked for it, where something in between has changed `url`. */
  readonly originalUrl?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** A browser is sent to the login page; the guard has set the header `Location`. @publicApi */
export class LoginRedirectException extends HttpException {
  constructor(
    readonly location: string,
    status: HttpStatus.FOUND | HttpStatus.SEE_OTHER,
  ) {
    super('Log in to go on.', status);
  }
}

/** Whether a person sits before it: it asks for a page, and no script asks in its place. */
export function isBrowser({ headers }: RedirectedRequest): boolean {
  if (headers['x-requested-with'] !== undefined) return false;
  const mode = headers['sec-fetch-mode'];
  if (mode !== undefined) return mode === 'navigate';
  return (headers.accept ?? '').toLowerCase().includes('text/html');
}

/** The way to the login page, which knows where the browser wanted to go: not where that would repeat a change. */
export function loginRedirect(loginUrl: string, request: RedirectedRequest): LoginRedirectException {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const next = isRead ? (request.originalUrl ?? request.url ?? '/') : '/';
  const [path = '', fragment] = loginUrl.split('#', 2);
  const separator = path.includes('?') ? '&' : '?';
  const location = `${path}${separator}next=${encodeURIComponent(next)}${fragment === undefined ? '' : `#${fragment}`}`;
  return new LoginRedirectException(location, isRead ? HttpStatus.FOUND : HttpStatus.SEE_OTHER);
}
