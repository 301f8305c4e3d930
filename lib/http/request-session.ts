import type { SessionToken } from '../cookie/session-cookie.js';
import { SessionStoreUnavailableError } from '../errors.js';
import { stateOf, type SessionObject } from '../session/session.js';
import { readonlyView } from '../session/readonly-view.js';
import { cacheControl, varyByCookie } from './cache-headers.js';
import type { ResponseHead } from './head.js';
import type { RawRequest, RawResponse } from './platforms/platform.js';
import { ResponseGate, type GateKeeper } from './response-gate.js';
import { toHttpException } from './session-exception.js';
import type { SessionRuntime } from './session-runtime.js';

/**
 * Which session belongs to a request: loaded once, when somebody first asks, from wherever; the others get the same one. It
 * also stands at the border between the session and its cookie.
 */
export class RequestSession implements GateKeeper {
  readonly #token: SessionToken | null;
  #session: SessionObject | null = null;
  #loading: Promise<SessionObject> | null = null;
  #wasPermanent = false;
  /** The id of the cookie that the client has once the head is out. */
  #heldId: string | null;
  #isWritable = false;
  #isHeadOut = false;

  constructor(
    private readonly runtime: SessionRuntime,
    private request: object,
    rawRequest: RawRequest,
    private response: object,
    rawResponse: RawResponse,
  ) {
    this.#token = runtime.cookie.read(rawRequest.headers.cookie);
    this.#heldId = this.#token?.id ?? null;
    new ResponseGate(rawResponse, this);
  }

  /** The server's own request and response, where the session was first asked for with Node's. */
  meet(request: object, response: object): void {
    this.request = request;
    this.response = response;
  }

  /** The session, at once where it is there already or needs no store; it will be saved. */
  get(): SessionObject | Promise<SessionObject> {
    this.#isWritable = true;
    return this.#session ?? this.#loading ?? this.#load();
  }

  /** A view of the session that refuses changes; asking for nothing else leaves the commit out. */
  getReadonly(): SessionObject | Promise<SessionObject> {
    const session = this.#session ?? this.#loading ?? this.#load();
    return session instanceof Promise ? session.then(viewOf) : viewOf(session);
  }

  /** Saves what has changed. Returns nothing where nothing was to be done. @throws HttpException, also as a rejection */
  commit(): Promise<void> | undefined {
    const session = this.#session;
    if (!this.#isWritable || session === null) return undefined;
    if (this.#isHeadOut && !this.#clientHolds(session)) return this.#drop(session);
    try {
      return this.runtime.repository.commit(session)?.catch((error: unknown) => {
        throw this.#asHttp(error);
      });
    } catch (error) {
      throw this.#asHttp(error);
    }
  }

  /** Takes back what has not been saved yet. */
  discard(): void {
    if (this.#session !== null) this.runtime.repository.discard(this.#session);
  }

  beforeHead(status: number): Promise<void> | undefined {
    if (status >= 400 && !this.runtime.options.commitOnError) this.discard();
    return this.commit();
  }

  writeHead(head: ResponseHead): void {
    this.#isHeadOut = true;
    const session = this.#session;
    const line = session === null ? null : this.#cookieLine(session);
    if (session !== null) stateOf(session).answered = true;
    if (line !== null) head.addCookie(line);
    head.set('Vary', varyByCookie(head.get('Vary')));
    const cacheable = cacheControl(head.get('Cache-Control'), line !== null || session === null);
    if (cacheable !== null) head.set('Cache-Control', cacheable);
  }

  afterHead(): Promise<void> | undefined {
    return this.commit();
  }

  failed(error: unknown): void {
    this.runtime.report(error);
  }

  answersAtOnce(): boolean {
    return this.runtime.platform.answersAtOnce(this.response);
  }

  #load(): SessionObject | Promise<SessionObject> {
    const { repository } = this.runtime;
    // No cookie, or a forged one: the store is not asked.
    if (this.#token === null) return this.#found(repository.create());
    this.#loading = repository.load(this.#token).then(
      (session) => this.#found(session ?? repository.create()),
      (error: unknown) => this.#withoutStore(error),
    );
    return this.#loading;
  }

  #found(session: SessionObject): SessionObject {
    this.#session = session;
    this.#wasPermanent = session.permanent;
    stateOf(session).answered = this.#isHeadOut;
    return session;
  }

  #withoutStore(error: unknown): SessionObject {
    const { options, repository, observer } = this.runtime;
    if (error instanceof SessionStoreUnavailableError) observer.storeError({ error });
    if (options.onStoreError === 'fail' || !(error instanceof SessionStoreUnavailableError)) throw toHttpException(error);
    return readonlyView(repository.create(), 'Sessions are not available at the moment, so this one cannot be changed.');
  }

  #clientHolds(session: SessionObject): boolean {
    const { stored } = stateOf(session);
    return stored !== null && stored.id === this.#heldId;
  }

  /** A session that the client has no cookie for, and can be given none any more, is of no use to anybody. */
  #drop(session: SessionObject): undefined {
    if (this.runtime.repository.isModified(session)) this.runtime.observer.droppedChange({ publicId: session.id });
  }

  #asHttp(error: unknown): unknown {
    if (error instanceof SessionStoreUnavailableError) this.runtime.observer.storeError({ error });
    return toHttpException(error);
  }

  /** The Set-Cookie line that the answer needs; null where the client's cookie is right as it is. */
  #cookieLine(session: SessionObject): string | null {
    const { cookie, platform, lifetime, now } = this.runtime;
    const state = stateOf(session);
    if (state.end === 'gone') return null;
    const { stored } = state;
    if (stored === null) {
      return state.end === 'ended' && this.#token !== null ? cookie.clear(platform.isHttps(this.request)) : null;
    }
    const isKnown = stored.id === this.#token?.id && !this.#token.outdated && state.issuedAt === this.#token.issuedAt;
    if (isKnown && state.permanent === this.#wasPermanent) return null;
    this.#heldId = stored.id;
    const time = now();
    const maxAge = state.permanent ? lifetime.remaining(state.createdAt, time) : null;
    return cookie.write(stored.id, state.issuedAt ?? time, maxAge, platform.isHttps(this.request));
  }
}

function viewOf(session: SessionObject): SessionObject {
  return readonlyView(session, 'The session was asked for with { readonly: true }.');
}
