import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { SessionUnreachableError } from '../../errors.js';
import { attemptsOf, type LoginAttempts } from '../../auth/limiter/login-attempts.decorator.js';
import { requestOf } from '../../auth/request-of.js';
import { wantedBy } from '../../http/accept.js';
import type { RequestClient } from '../../http/request-client.js';
import type { RequestSession } from '../../http/request-session.js';
import { requestSessionOf } from '../../http/session-of.js';
import type { SessionObject } from '../../session/session.js';

/** A request to one of the module's routes, and its response. An interface, so that no pipe of the application sees a class. */
export interface Exchange {
  readonly context: ExecutionContext;
  readonly client: RequestClient;
  /** The limiter of guesses, for this request. */
  readonly attempts: LoginAttempts;
  /** As parsed by the server; untrusted. */
  readonly body: unknown;
  /** The `Accept-Language` header. */
  readonly acceptLanguage: string | undefined;
  /** Whether the client is shown a page rather than JSON. */
  readonly wantsPage: boolean;
  readonly response: unknown;
  /** A parameter of the query, if it occurs once; untrusted. */
  query(name: string): string | undefined;
  session(): Promise<SessionObject>;
  /** The same for reading; nothing is saved. */
  readonlySession(): Promise<SessionObject>;
}

interface Requested {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: unknown;
  readonly query?: unknown;
}

class RequestExchange implements Exchange {
  readonly #request: Requested;
  readonly #carried: RequestSession;

  constructor(readonly context: ExecutionContext) {
    this.#request = context.switchToHttp().getRequest<Requested>();
    this.#carried = requestSessionOf(context);
  }

  get client(): RequestClient {
    return this.#carried.client;
  }

  get attempts(): LoginAttempts {
    return attemptsOf(undefined, this.context);
  }

  get body(): unknown {
    return this.#request.body;
  }

  get acceptLanguage(): string | undefined {
    return textIn(this.#request.headers['accept-language']);
  }

  get wantsPage(): boolean {
    const { page, json } = wantedBy(textIn(this.#request.headers['accept']) ?? '');
    return page !== null && page > 0 && page >= json;
  }

  get response(): unknown {
    return this.context.switchToHttp().getResponse<unknown>();
  }

  query(name: string): string | undefined {
    const { query } = this.#request;
    const value: unknown =
      typeof query === 'object' && query !== null && Object.hasOwn(query, name) ? Reflect.get(query, name) : undefined;
    return typeof value === 'string' ? value : undefined;
  }

  async session(): Promise<SessionObject> {
    return this.#carried.get();
  }

  async readonlySession(): Promise<SessionObject> {
    return this.#carried.getReadonly();
  }
}

/** A call of the application's own code, in a request of its own: the values take the place of the body. */
class CalledExchange extends RequestExchange {
  constructor(
    context: ExecutionContext,
    private readonly own: SessionObject,
    private readonly values: object,
  ) {
    super(context);
  }

  override get body(): object {
    return this.values;
  }

  override get wantsPage(): boolean {
    return false;
  }

  override query(): undefined {
    return undefined;
  }

  override async session(): Promise<SessionObject> {
    return this.own;
  }
}

/** The same request with another session, which it has for this one step. */
export function exchangeWith({ context, body }: Exchange, session: SessionObject): Exchange {
  return new CalledExchange(context, session, typeof body === 'object' && body !== null ? body : {});
}

/** The exchange of a request that is for no route of this module. */
export function exchangeIn(context: ExecutionContext): Exchange {
  return new RequestExchange(context);
}

/**
 * The exchange of a session that the application's code has.
 *
 * @param values untrusted, as a body
 * @throws SessionUnreachableError for a session that came with no request
 */
export function exchangeOf(session: SessionObject, values: object = {}): Exchange {
  const request = requestOf(session);
  if (request === null) {
    throw new SessionUnreachableError('This service needs the session of a request, as @Session() injects it.');
  }
  return new CalledExchange(new ExecutionContextHost([request.carrier]), session, values);
}

/** Injects the {@link Exchange}. */
export const Exchanged = createParamDecorator((_data: undefined, context: ExecutionContext): Exchange => {
  return new RequestExchange(context);
}) as () => ParameterDecorator;

function textIn(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}
