import { HttpException, HttpStatus } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { safeNext } from './safe-next.js';

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

/** Whether it asks for the login page itself: a guard in front of that would send a browser round in circles. */
export function isLoginPage(loginUrl: string, { originalUrl, url = '/' }: RedirectedRequest): boolean {
  return pathOf(loginUrl) === pathOf(originalUrl ?? url);
}

/** The way to the login page, which knows where the browser wanted to go: not where that would repeat a change. */
export function loginRedirect(loginUrl: string, request: RedirectedRequest): LoginRedirectException {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const next = isRead ? safeNext(request.originalUrl ?? request.url) : '/';
  const fragmentAt = loginUrl.includes('#') ? loginUrl.indexOf('#') : loginUrl.length;
  const page = loginUrl.slice(0, fragmentAt);
  const separator = page.includes('?') ? '&' : '?';
  const location = `${page}${separator}next=${encodeURIComponent(next)}${loginUrl.slice(fragmentAt)}`;
  return new LoginRedirectException(location, isRead ? HttpStatus.FOUND : HttpStatus.SEE_OTHER);
}

function pathOf(url: string): string {
  return url.replace(/[?#].*$/s, '');
}
