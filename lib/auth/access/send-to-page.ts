import type { ExecutionContext } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { requestSessionOf } from '../../http/session-of.js';
import type { RequestKind } from '../../http/request-kind.js';
import { stateOf, type SessionObject } from '../../session/session.js';
import type { AuthOptions } from '../auth.options.js';
import { isLoginPage, isOnSite, loginRedirect, placeOf, type RedirectedRequest } from '../redirect/login-redirect.js';

/** A page that a browser is redirected to, and what is left for it in the session. */
export interface Page {
  /** Null: there is none. */
  readonly url: string | null;
  /** A flash message; without a text: none. */
  readonly message: { readonly text: string | null; readonly category: string };
  /** The action in its query; null: none. */
  readonly action: string | null;
}

type RefusalOptions = Pick<AuthOptions['redirects'], 'refusal' | 'nextField' | 'nextInSession' | 'host'>;

/**
 * Redirects a browser to a page. A no-op outside of HTTP routes, if there is no such page, if the client is not a browser, or if it requests that very
 * page. The return path and the message are stored in the session only if a person navigates, not for requests that the browser
 * makes by itself.
 *
 * @throws LoginRedirectException
 */
export async function sendToPage(
  { url, message: { text, category }, action }: Page,
  context: ExecutionContext,
  { refusal, nextField, nextInSession, host }: RefusalOptions,
  { httpAdapter }: HttpAdapterHost,
): Promise<void> {
  if (context.getType() !== 'http') return;
  const http = context.switchToHttp();
  const request = http.getRequest<RedirectedRequest>();
  const requestSession = requestSessionOf(context);
  const { kind, origin, prefix } = requestSession.client;
  const site = { origin, prefix };
  const isWanted = refusal === 'auto' ? shown.has(kind) : refusal === 'redirect';
  if (url === null || !isWanted || isLoginPage(url, request, site)) return;
  const redirect = loginRedirect(action === null ? url : withField(url, 'action', action), request, {
    ...site,
    host,
    field: nextInSession ? null : nextField,
  });
  // A script that loads pages cannot read those of another origin; on a 401, it makes the browser load the page.
  if (refusal === 'auto' && kind === 'visit' && !isOnSite(redirect, site)) return;
  if ((nextInSession || text !== null) && isPerson(kind, request)) {
    const session = await requestSession.get();
    if (nextInSession) session.set('next', placeOf(request, prefix));
    if (text !== null) flashOnce(session, category, text);
  }
  httpAdapter.setHeader(http.getResponse<unknown>(), 'Location', redirect.location);
  throw redirect;
}

/** Requests whose response is displayed, so that the login page may be displayed instead. */
const shown: ReadonlySet<RequestKind> = new Set(['page', 'visit', 'frame']);

/** Whether a person navigates there, as far as that can be known. Nobody sees the response to HEAD. */
function isPerson(kind: RequestKind, { method }: RedirectedRequest): boolean {
  return method !== 'HEAD' && (kind === 'page' || kind === 'visit' || kind === 'unsaid');
}

/** If all parts of a page are refused, the message must not be added for each of them. */
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
