import { HttpException, HttpStatus } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { loginUrlFor, type LoginUrlOptions } from './login-url.js';
import { parseUrl } from '../../config/parse-url.js';
import { safeNext } from './safe-next.js';

/** What is needed of a request to send its browser to the login page. */
export interface RedirectedRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** The path as the client asked for it, where something in between has changed `url`. */
  readonly originalUrl?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** How the way to the login page is made. */
export interface LoginRedirectOptions extends Omit<LoginUrlOptions, 'field'> {
  /** The name of the query's field; null: the place to come back to is kept elsewhere. Default: `next`. */
  readonly field?: string | null;
  /** The request's own origin; without it, a login page of another origin learns the path alone. */
  readonly origin?: string | null | undefined;
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

/**
 * Whether it asks for the login page itself: a guard in front of that would send a browser round in circles.
 *
 * @param origin the request's own, where `loginUrl` may be a whole URL of it.
 */
export function isLoginPage(
  loginUrl: string,
  { originalUrl, url = '/' }: RedirectedRequest,
  origin: string | null = null,
): boolean {
  const [page, asked] = [pathOf(loginUrl), pathOf(originalUrl ?? url)];
  if (page === asked) return true;
  const login = parseUrl(page);
  return login !== null && login.origin === origin && login.pathname === asked;
}

/**
 * The way to the login page, which knows where the browser wanted to go: not where that would repeat a change.
 *
 * Where the login page is on another origin, the place to come back to is a whole URL, with the host that the request named:
 * it may be anybody's word. See {@link loginUrlFor} for what the application there has to do about it.
 */
export function loginRedirect(
  loginUrl: string,
  request: RedirectedRequest,
  { origin = null, field = 'next', host = null }: LoginRedirectOptions = {},
): LoginRedirectException {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const status = isRead ? HttpStatus.FOUND : HttpStatus.SEE_OTHER;
  if (field === null) return new LoginRedirectException(loginUrl, status);
  const path = isRead ? safeNext(request.originalUrl ?? request.url) : '/';
  const location = loginUrlFor(loginUrl, `${origin ?? ''}${path}`, { field, host });
  return new LoginRedirectException(location, status);
}

function pathOf(url: string): string {
  return url.replace(/[?#].*$/s, '');
}
