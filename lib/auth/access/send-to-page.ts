import type { ExecutionContext } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { requestSessionOf } from '../../http/execution-context.js';
import { stateOf, type SessionObject } from '../../session/session.js';
import type { AuthOptions } from '../auth.options.js';
import { isBrowser, isLoginPage, loginRedirect, type RedirectedRequest } from '../redirect/login-redirect.js';
import { requestOrigin } from '../redirect/origin.js';
import { safeNext } from '../redirect/safe-next.js';

/** A page that a browser is sent to, and what is left for it in the session. */
export interface Page {
  /** Null: there is none. */
  readonly url: string | null;
  /** A flash message; null: none. */
  readonly message: string | null;
  readonly category: string;
  /** What it is asked for, in its query; null: for nothing by name. */
  readonly action: string | null;
}

type RefusalOptions = Pick<AuthOptions, 'refusal' | 'nextField' | 'nextInSession' | 'redirectHost'>;

/**
 * Sends a browser to a page. Does nothing where there is no such page, where no browser asks, or where it asks for that very
 * page.
 *
 * @throws LoginRedirectException
 */
export async function sendToPage(
  { url, message, category, action }: Page,
  context: ExecutionContext,
  { refusal, nextField, nextInSession, redirectHost }: RefusalOptions,
  { httpAdapter }: HttpAdapterHost,
): Promise<void> {
  const http = context.switchToHttp();
  const request = http.getRequest<RedirectedRequest>();
  const isWanted = refusal === 'auto' ? isBrowser(request) : refusal === 'redirect';
  if (url === null || !isWanted) return;
  const requestSession = requestSessionOf(context);
  const origin = requestOrigin(requestSession.client.isHttps, hostOf(request));
  if (isLoginPage(url, request, origin)) return;
  const redirect = loginRedirect(action === null ? url : withField(url, 'action', action), request, {
    origin,
    host: redirectHost,
    field: nextInSession ? null : nextField,
  });
  if (nextInSession || message !== null) {
    const session = await requestSession.get();
    if (nextInSession) session.set('next', placeOf(request));
    if (message !== null) flashOnce(session, category, message);
  }
  httpAdapter.setHeader(http.getResponse<unknown>(), 'Location', redirect.location);
  throw redirect;
}

/** HTTP/2 names the host in a field of its own. */
function hostOf({ headers }: RedirectedRequest): string | undefined {
  const { ':authority': authority, host } = headers;
  return typeof authority === 'string' ? authority : host;
}

/** Where to come back to: not to what would repeat a change. */
function placeOf({ method, originalUrl, url }: RedirectedRequest): string {
  return method === 'GET' || method === 'HEAD' ? safeNext(originalUrl ?? url) : '/';
}

/** A page whose parts are all refused would otherwise leave a message for each of them. */
function flashOnce(session: SessionObject, category: string, message: string): void {
  const isThere = stateOf(session).flashes.some((flash) => flash.category === category && flash.message === message);
  if (!isThere) session.flash(category, message);
}

function withField(url: string, field: string, value: string): string {
  const fragmentAt = url.includes('#') ? url.indexOf('#') : url.length;
  const page = url.slice(0, fragmentAt);
  const separator = page.includes('?') ? '&' : '?';
  return `${page}${separator}${field}=${encodeURIComponent(value)}${url.slice(fragmentAt)}`;
}
