import { ForbiddenException } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { IncomingHttpHeaders } from 'node:http';
import type { Held } from '../endings/ends-elsewhere.js';
import { SessionGoneError, SessionReadonlyError } from '../errors.js';
import { closingOf, slim, type KnownLogin } from '../session/known-login.js';
import { lineageOf } from '../session/lineage.js';
import type { SessionToken, ShownTokens } from '../session/session-reference.js';
import type { SessionState } from '../session/session-state.js';
import { stateOf, type SessionObject } from '../session/session.js';
import { currentSession } from './current-session.js';
import { judgeHandshake } from './handshake-origin.js';
import { asOperationError } from './operation-error.js';
import type { RawRequest } from './platforms/raw.js';
import { RequestSession, type SocketTrail } from './request-session.js';
import type { SessionRuntime } from './session-runtime.js';

/** The code with which a socket is closed whose login has ended: clients of graphql-ws do not connect again. */
const CLOSED_BY_END = 4401;
const ENDED = 'session-ended';
/** How long a client may take to answer that, in ms: until then it holds a connection. */
const CLOSES_WITHIN = 1_000;

/** A WebSocket of the package `ws`, as far as it is used. */
export interface ClosableSocket {
  close(code: number, reason: string): void;
}

const sockets = new WeakMap<object, OperationSocket>();

/**
 * A WebSocket that operations come over, and the login of its handshake: operations follow that under any id, and the socket is
 * closed when it ends.
 */
export class OperationSocket implements Held, SocketTrail {
  /** An operation does not extend the session: it could not extend the cookie. */
  readonly isUse = false;
  readonly #handshake: RawRequest;
  readonly #ended = new AbortController();
  #opener: 'unknown' | 'ours' | 'foreign' = 'unknown';
  /** That of the first operation; null: there was none. */
  #context: object | null = null;
  /** Null: no operation has found a login. */
  #login: KnownLogin | null = null;
  /** What leads to the session in place of the cookie; null: that still does. */
  #token: SessionToken | null = null;

  /**
   * The one that a handshake has opened.
   *
   * @param socket null: only its connection is known.
   */
  static of(runtime: SessionRuntime, request: object, socket: ClosableSocket | null): OperationSocket {
    const raw = runtime.platform.rawRequest(request);
    const known = sockets.get(raw);
    if (known !== undefined) return known;
    const created = new OperationSocket(runtime, request, raw, socket);
    sockets.set(raw, created);
    return created;
  }

  private constructor(
    private readonly runtime: SessionRuntime,
    private readonly request: object,
    private readonly raw: RawRequest,
    private readonly socket: ClosableSocket | null,
  ) {
    this.#handshake = asSent(raw);
  }

  get login(): KnownLogin | null {
    return this.#login;
  }

  /** Aborted when the login ends. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  get shown(): ShownTokens {
    if (this.#token !== null) return { tokens: [this.#token], hasOthers: false };
    return this.runtime.cookie.readAll(this.#handshake.headers.cookie);
  }

  /** Depends on the login of a session from now on, until the socket is closed. Only the first one has an effect. */
  hold(state: SessionState): void {
    const { auth, stored } = state;
    const lineage = lineageOf(state);
    if (this.#login !== null || auth === null || stored === null || lineage === null) return;
    this.#login = slim({ lineage, auth, stored });
    const { socket } = this.raw;
    if (socket.destroyed) return;
    this.runtime.heldLogins.add(this);
    socket.once('close', () => {
      this.runtime.heldLogins.remove(this);
    });
  }

  found(login: KnownLogin): void {
    const { repository } = this.runtime;
    const hasMoved = this.#login?.stored.id !== login.stored.id;
    this.#login = slim(login);
    // What is in a cookie can only be found by that.
    if (!hasMoved || repository.isByValue) return;
    const [first] = this.shown.tokens;
    this.#token = { id: login.stored.id, issuedAt: first?.issuedAt ?? login.auth.at, outdated: false };
  }

  /** The login has ended. */
  end(): void {
    if (this.#ended.signal.aborted) return;
    this.runtime.heldLogins.remove(this);
    this.#ended.abort(new SessionGoneError('The login has ended.'));
    if (this.#login !== null) this.runtime.observer.socketClosed(closingOf(this.#login));
    try {
      this.#close();
    } catch (error) {
      this.runtime.report(error);
    }
  }

  /** The user loader gets the context of the first operation, which leads to the session as it is now. */
  async isAdmitted(): Promise<boolean> {
    const [login, context] = [this.#login, this.#context];
    if (login === null || context === null) return true;
    const host = new ExecutionContextHost([undefined, {}, context, undefined]);
    host.setType('graphql');
    const current = { runtime: this.runtime, client: null, operation: context, session: this.#newOperation() };
    return currentSession.run(current, () => this.runtime.isAdmitted(login.auth, host));
  }

  /** Never another login than that of the handshake: where it is not found, it is looked for by its lineage. */
  follow(session: SessionObject | null): SessionObject | null | Promise<SessionObject | null> {
    const known = this.#login;
    if (known === null || isOf(known, session)) return session;
    return this.#search(known);
  }

  /**
   * The session of one operation, read anew.
   *
   * @param context the operation's own
   * @throws ForbiddenException if a page of another origin has opened the socket with the cookies of a user
   */
  operation(context: object): RequestSession {
    const operation = this.#newOperation();
    if (this.#opener === 'unknown') this.#opener = this.#judge(operation);
    if (this.#opener === 'ours') {
      this.#context ??= context;
      return operation;
    }
    throw asOperationError(
      new ForbiddenException({
        statusCode: 403,
        error: 'Forbidden',
        code: 'FOREIGN_ORIGIN',
        message:
          'This WebSocket was opened by a page of another origin. (To allow that page: sockets.allowedOrigins. Behind a proxy: publicUrl.)',
      }),
    );
  }

  #newOperation(): RequestSession {
    return new SocketOperation(this.runtime, this.request, this.#handshake, this);
  }

  async #search(known: KnownLogin): Promise<SessionObject | null> {
    const { repository } = this.runtime;
    const login = await repository.findLogin(known);
    if (login === null) {
      this.end();
      return null;
    }
    this.found(login);
    const [token] = this.shown.tokens;
    const session = token === undefined ? null : await repository.load(token);
    return isOf(known, session) ? session : null;
  }

  #close(): void {
    const connection = this.raw.socket;
    if (this.socket === null) connection.end(closeFrame(CLOSED_BY_END, ENDED));
    else this.socket.close(CLOSED_BY_END, ENDED);
    const late = setTimeout(() => connection.destroy(), CLOSES_WITHIN).unref();
    connection.once('close', () => {
      clearTimeout(late);
    });
  }

  /** A foreign page must not act for a user. Without cookies, it acts for nobody, unless a request loader finds a user. */
  #judge({ client }: RequestSession): 'ours' | 'foreign' {
    const { trustedOrigins, socketOrigins, hasRequestLoaders, observer } = this.runtime;
    if (!hasRequestLoaders && !this.runtime.isIn(client)) return 'ours';
    const verdict = judgeHandshake(client, new Set([...trustedOrigins, ...socketOrigins]));
    if (verdict === 'ours' || verdict === 'unsaid') return 'ours';
    observer.refused({ publicId: null, userId: null, reason: 'csrf', address: client.address });
    return 'foreign';
  }
}

/** The session of an operation over a WebSocket. No response follows that could save a change, so it can only be read. */
class SocketOperation extends RequestSession {
  #view: SessionObject | Promise<SessionObject> | null = null;
  #ended: AbortSignal | null = null;

  constructor(
    runtime: SessionRuntime,
    private readonly original: object,
    handshake: RawRequest,
    private readonly socket: OperationSocket,
  ) {
    // What the platform knows of proxies.
    super(
      runtime,
      runtime.platform,
      runtime.platform.unrouted?.(handshake) ?? handshake,
      handshake,
      null,
      'none',
      socket,
    );
    this.becomeOperation();
  }

  override get carrier(): object {
    return this.original;
  }

  override get(): SessionObject | Promise<SessionObject> {
    return this.getReadonly();
  }

  override getReadonly(): SessionObject | Promise<SessionObject> {
    return (this.#view ??= this.#noted(super.getReadonly(overSocket)));
  }

  /** The first operation with a login makes the socket depend on it. */
  #noted(view: SessionObject | Promise<SessionObject>): SessionObject | Promise<SessionObject> {
    if (view instanceof Promise) {
      return view.then((loaded) => {
        this.socket.hold(stateOf(loaded));
        return loaded;
      });
    }
    this.socket.hold(stateOf(view));
    return view;
  }

  /** Aborted when the login ends; or if this operation cannot read its session. */
  override get ended(): AbortSignal {
    if (this.#ended !== null) return this.#ended;
    const own = new AbortController();
    Promise.resolve(this.getReadonly()).catch((error: unknown) => {
      own.abort(error);
    });
    return (this.#ended = AbortSignal.any([this.socket.ended, own.signal]));
  }
}

function isOf({ lineage }: KnownLogin, session: SessionObject | null): boolean {
  return session !== null && lineageOf(stateOf(session)) === lineage;
}

function overSocket(): Error {
  return new SessionReadonlyError(
    'This operation came over a WebSocket, where no response saves the session or sends its cookie, so it can only be read: send mutations that change the session, log in or log out over HTTP.',
  );
}

/** A request with the headers that have arrived: Mercurius adds to them what a client sends later, in its first message. */
function asSent(raw: RawRequest): RawRequest {
  // Only requests of HTTP/1 are upgraded.
  if (!('headersDistinct' in raw)) return raw;
  const headers: IncomingHttpHeaders = {};
  for (const [name, values = []] of Object.entries(raw.headersDistinct)) {
    headers[name] = values.join(name === 'cookie' ? '; ' : ', ');
  }
  return Object.create(raw, { headers: { value: headers } }) as RawRequest;
}

/** A frame of RFC 6455 (5.5.1) that closes a connection; clients answer it by closing theirs. */
function closeFrame(code: number, reason: string): Buffer {
  const payload = Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason)]);
  return Buffer.concat([Buffer.of(0x88, payload.length), payload]);
}
