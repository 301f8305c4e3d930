import { HttpException } from '@nestjs/common';
import type { GateKeeper, SubstituteAnswer } from '../response/gate-keeper.js';
import type { ResponseHead } from '../response/head.js';
import type { RawResponse } from '../response/raw-response.js';
import { ResponseGate } from '../response/response-gate.js';
import type { CookieChange, SessionHandle } from '../session/session-handle.js';
import { protectFromCaches } from './cache-headers.js';
import type { HttpOptions } from './http.options.js';
import { operationAnswerTo } from './operation-error.js';
import type { Platform } from './platforms/platform.js';
import type { RequestClient } from './request-client.js';
import type { SessionCookie } from './session-cookie.js';
import { answerTo, knownException } from './session-exception.js';

/** A request's session, as far as its response depends on it. */
export interface DeliveredSession {
  readonly handle: Readonly<SessionHandle>;
  /** The session has been requested, so the response may depend on it. */
  readonly isAsked: boolean;
  /** The response is private: no cache may store it, unless the application says so. */
  readonly isGuarded: boolean;
  /** It carries a GraphQL operation, whose client reads errors from the body. */
  readonly isOperation: boolean;
  /** The session has been saved, and no code is left that could change it before the response. */
  readonly isSettled: boolean;
  readonly client: RequestClient;

  /** Saves the changes. Returns undefined if there is nothing to do. @throws HttpException, also as a rejection */
  commit(): Promise<void> | undefined;

  /** The Set-Cookie headers of the response besides the session's own; none can be added after that. */
  takeLines(): readonly string[];

  /** The response is an event stream, which ends with the login that it depends on. */
  holdEventStream(): void;
}

/** What a response needs from its application. */
export interface ResponseSurroundings {
  readonly cookie: SessionCookie;
  readonly options: HttpOptions;
  readonly report: (error: unknown) => void;
}

const noLines: readonly string[] = [];

/** Delivers a request's session: holds the response back until the session is saved, and sends its cookie with the headers. */
export class SessionResponse implements GateKeeper {
  readonly gate: ResponseGate;
  /** It is an event stream, whose headers were sent before the session was requested. */
  readonly hasBegunEventStream: boolean;
  #hasFailed = false;

  constructor(
    readonly raw: RawResponse,
    private readonly session: DeliveredSession,
    private readonly kit: ResponseSurroundings,
    private readonly platform: Platform,
  ) {
    this.gate = new ResponseGate(raw, this);
    this.hasBegunEventStream = raw.headersSent && isEventStream(raw.getHeader('Content-Type'));
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** The response becomes that of an error. */
  noteFailure(): void {
    this.#hasFailed = true;
  }

  beforeHead(status: number): Promise<void> | undefined {
    const { session } = this;
    if (session.isSettled && status < 400) return undefined;
    if (status >= 400 && !this.kit.options.commitOnError) session.handle.discard();
    return session.commit();
  }

  writeHead(head: ResponseHead): void {
    const { handle, isAsked, isGuarded } = this.session;
    const own = this.#linesFor(handle.deliver());
    const others = this.session.takeLines();
    const carriesLines = own.length > 0 || others.length > 0;
    const auth = handle.state?.auth ?? null;
    if (auth !== null && isEventStream(head.get('Content-Type'))) this.session.holdEventStream();
    // A response that depends on no session may be cached by anyone.
    if (!isAsked && !isGuarded && !this.#hasFailed && !carriesLines) return;
    for (const line of own) head.addCookie(line);
    for (const line of others) head.addCookie(line);
    protectFromCaches(
      head,
      carriesLines || handle.session === null || this.#hasFailed,
      isGuarded ? this.kit.options.guardedCache : null,
    );
  }

  beforeEnd(isAllOfIt: boolean): Promise<void> | undefined {
    return isAllOfIt ? undefined : this.session.commit();
  }

  answerTo(error: unknown): SubstituteAnswer {
    const exception = knownException(error);
    return this.session.isOperation ? operationAnswerTo(exception) : answerTo(exception);
  }

  report(error: unknown): void {
    this.kit.report(error);
  }

  failed(error: unknown): void {
    this.#hasFailed = true;
    // The cause of a failed commit has already been logged.
    if (!(error instanceof HttpException)) this.kit.report(error);
  }

  endsAtOnce(args: readonly unknown[]): boolean {
    return this.platform.endsAtOnce(args);
  }

  /** The Set-Cookie headers of the session; none if the client's cookie is up to date. */
  #linesFor(change: CookieChange): readonly string[] {
    if (change === 'kept') return noLines;
    const { cookie } = this.kit;
    const { handle, client } = this.session;
    const https = client.isHttps;
    // They come first: otherwise one of them could remove the new cookie.
    const elsewhere = cookie.linesElsewhere(handle.shown, client.cookieRequest);
    if (change === 'removed') return [...elsewhere, ...cookie.clearingLines(https)];
    const { stored, issuedAt, maxAge, endsAt } = change;
    return [...elsewhere, ...cookie.linesFor(stored, issuedAt, maxAge, https, endsAt)];
  }
}

function isEventStream(contentType: unknown): boolean {
  return typeof contentType === 'string' && /^\s*text\/event-stream\s*(?:;|$)/i.test(contentType);
}
