import { HttpException, HttpStatus } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { parseUrl } from '../../config/parse-url.js';
import { isRead } from '../../http/request-kind.js';
import { loginUrlFor, type LoginUrlOptions } from './login-url.js';
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
  /** What a proxy has taken off the path. Default: nothing. */
  readonly prefix?: string | undefined;
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

/** Where the application is for browsers, as far as that is known. */
export interface Site {
  /** The request's own origin. */
  readonly origin: string | null;
  /** What a proxy has taken off the path. */
  readonly prefix: string;
}

const somewhere: Site = { origin: null, prefix: '' };

/** Whether it asks for the login page itself: a guard in front of that would send a browser round in circles. */
export function isLoginPage(
  loginUrl: string,
  { originalUrl, url = '/' }: RedirectedRequest,
  { origin, prefix }: Site = somewhere,
): boolean {
  const [page, asked] = [pathOf(loginUrl), prefix + pathOf(originalUrl ?? url)];
  if (page === asked) return true;
  const login = parseUrl(page);
  return login !== null && login.origin === origin && login.pathname === asked;
}

/** Whether a redirect stays on this origin, so that a script can follow it. */
export function isOnSite({ location }: LoginRedirectException, { origin }: Site): boolean {
  if (/^\/(?!\/)/.test(location)) return true;
  return origin !== null && parseUrl(location, origin)?.origin === origin;
}

/** Where to come back to, as browsers know it: not to what would repeat a change. */
export function placeOf(request: RedirectedRequest, prefix = ''): string {
  const path = isRead(request) ? safeNext(request.originalUrl ?? request.url) : '/';
  return safeNext(prefix + path, `${prefix}/`);
}

/**
 * The way to the login page, which knows where the browser wanted to go: not where that would repeat a change.
 *
 * Where the login page is on another origin, the place to come back to is a whole URL, with the host that the request named
 * (unless `publicUrl` names it): it may be anybody's word. See {@link loginUrlFor} for what the application there has to do about it.
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
