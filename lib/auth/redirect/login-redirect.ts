import { HttpException, HttpStatus } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { parseUrl } from '../../config/parse-url.js';
import { isRead } from '../../http/request-kind.js';
import { loginUrlFor, type LoginUrlOptions } from './login-url.js';
import { safeNext } from './safe-next.js';

/** The parts of a request needed to redirect its browser to the login page. */
export interface RedirectedRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** The path that the client requested, if `url` has been changed since. */
  readonly originalUrl?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** How the redirect to the login page is built. */
export interface LoginRedirectOptions extends Omit<LoginUrlOptions, 'field'> {
  /** The name of the query parameter; null: the place to return to is stored elsewhere. Default: `next`. */
  readonly field?: string | null;
  /** The request's own origin; without it, a login page of another origin gets only the path. */
  readonly origin?: string | null | undefined;
  /** The prefix that a proxy has removed from the path. Default: none. */
  readonly prefix?: string | undefined;
}

/** Redirects a browser to the login page; the guard has set the `Location` header. @publicApi */
export class LoginRedirectException extends HttpException {
  constructor(
    readonly location: string,
    status: HttpStatus.FOUND | HttpStatus.SEE_OTHER,
  ) {
    super('Log in to continue.', status);
  }
}

/** The application's address for browsers, as far as known. */
export interface Site {
  /** The request's own origin. */
  readonly origin: string | null;
  /** The prefix that a proxy has removed from the path. */
  readonly prefix: string;
}

const somewhere: Site = { origin: null, prefix: '' };

/** Whether it requests the login page itself: a guard in front of that would cause a redirect loop. */
export function isLoginPage(
  loginUrl: string,
  { originalUrl, url = '/' }: RedirectedRequest,
  { origin, prefix }: Site = somewhere,
): boolean {
  const [page, asked] = [pathOf(loginUrl), prefix + pathOf(originalUrl ?? url)];
  if (page === asked) return true;
  const login = parseUrl(page);
  return login?.origin === origin && login.pathname === asked;
}

/** Whether a redirect stays on this origin, so that a script can follow it. */
export function isOnSite({ location }: LoginRedirectException, { origin }: Site): boolean {
  if (/^\/(?!\/)/.test(location)) return true;
  return origin !== null && parseUrl(location, origin)?.origin === origin;
}

/** The place to return to, for browsers: not one that would repeat a change. */
export function placeOf(request: RedirectedRequest, prefix = ''): string {
  const path = isRead(request) ? safeNext(request.originalUrl ?? request.url) : '/';
  return safeNext(prefix + path, `${prefix}/`);
}

/**
 * The redirect to the login page, with the place to return to unless that would repeat a change.
 *
 * If the login page is on another origin, the place to return to is a whole URL, with the host that the request named (unless
 * `publicUrl` names it), which is untrusted. See {@link loginUrlFor} for how the application there must check it.
 */
export function loginRedirect(
  loginUrl: string,
  request: RedirectedRequest,
  { origin = null, prefix = '', field = 'next', host = null }: LoginRedirectOptions = {},
): LoginRedirectException {
  const status = isRead(request) ? HttpStatus.FOUND : HttpStatus.SEE_OTHER;
  if (field === null) return new LoginRedirectException(loginUrl, status);
  const location = loginUrlFor(loginUrl, `${origin ?? ''}${placeOf(request, prefix)}`, { field, host });
  return new LoginRedirectException(location, status);
}

function pathOf(url: string): string {
  return url.replace(/[?#].*$/s, '');
}
