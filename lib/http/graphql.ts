import type { ArgumentsHost } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import 'reflect-metadata';
import type { SessionUnreachableError } from '../errors.js';
import { currentSession } from './current-session.js';
import { assertOwnContext, separateContexts } from './graphql-contexts.js';
import { OperationSocket, type ClosableSocket } from './operation-socket.js';
import { isObject, partOf } from './part-of.js';
import type { RequestSession } from './request-session.js';
import { isUpgrade, SessionRuntime, unreachable } from './session-runtime.js';

/** Nest's metadata of a resolver class, and of its methods. */
const resolverMetadata = ['graphql:resolver_type', 'graphql:resolver_name'];

/** The sessions of operations over WebSocket, by the context of the operation. */
const operations = new WeakMap<object, RequestSession>();

/** Whether the application has resolvers, also while its providers are being created. */
export function hasResolvers(modules: ModulesContainer): boolean {
  return [...modules.values()].some(({ providers }) =>
    [...providers.values()].some(({ metatype }) => typeof metatype === 'function' && isResolver(metatype)),
  );
}

/** Lets no two requests of an application have the same context. Call it before GraphQLModule is initialised. */
export function separateOperations(modules: ModulesContainer): void {
  separateContexts(modules, (context) => requestIn(context)?.request ?? null);
}

function isResolver(type: object): boolean {
  return resolverMetadata.some((key) => Reflect.hasMetadata(key, type));
}

/**
 * The session of a GraphQL operation. All resolvers of an operation over HTTP have the session of its request, whose response
 * saves it and sends its cookie. An operation over WebSocket, such as a subscription, has a session of its own, read with the
 * cookie of the handshake.
 *
 * @throws SessionUnreachableError if the request or its response is not in the context
 */
export function operationSession(host: ArgumentsHost): RequestSession {
  const context = contextOf(host);
  const found = requestIn(context);
  if (found === null) throw noRequestIn(host);
  const { runtime, request } = found;
  assertOwnContext(context, request);
  // It came over a WebSocket, so no response follows.
  if (isUpgrade(request)) {
    const current = currentSession.getStore();
    if (current?.operation === context) return current.session;
    return operations.get(context) ?? overSocket(context, runtime, request);
  }
  const session = runtime.ofOperation(request, responseIn(context, request));
  session.becomeOperation();
  return session;
}

/** The runtime of an operation's application; null: the context does not lead to a request of one. */
export function operationRuntime(host: ArgumentsHost): SessionRuntime | null {
  return requestIn(contextOf(host))?.runtime ?? null;
}

function overSocket(context: object, runtime: SessionRuntime, request: object): RequestSession {
  const session = OperationSocket.of(runtime, request, socketIn(context)).operation(context);
  operations.set(context, session);
  return session;
}

/** Resolvers are called with the parent, the arguments, the context and the query. */
function contextOf(host: ArgumentsHost): object {
  const context = host.getArgByIndex<unknown>(2);
  return isObject(context) ? context : {};
}

interface Found {
  readonly runtime: SessionRuntime;
  readonly request: object;
}

/** The places where servers, and the usual context functions, put the request: told by shape, since any of them may be absent. */
function requestIn(context: object): Found | null {
  const { req, request, reply, extra } = context as Readonly<Record<string, unknown>>;
  const candidates = [
    req,
    request,
    partOf(reply, 'request'),
    partOf(partOf(req, 'extra'), 'request'),
    partOf(extra, 'request'),
  ];
  for (const candidate of candidates) {
    const runtime = isObject(candidate) && SessionRuntime.ofApplication(candidate);
    if (runtime) return { runtime, request: candidate };
  }
  return null;
}

/** Where graphql-ws has put the socket; null: the context was made without it. */
function socketIn(context: object): ClosableSocket | null {
  const { req, extra } = context as Readonly<Record<string, unknown>>;
  return [partOf(partOf(req, 'extra'), 'socket'), partOf(extra, 'socket')].find(isClosable) ?? null;
}

function isClosable(value: unknown): value is ClosableSocket {
  return isObject(value) && typeof Reflect.get(value, 'close') === 'function';
}

/** Express keeps the response with the request; on Fastify, the platform remembers it. */
function responseIn(context: object, request: object): unknown {
  const { res, response, reply } = context as Readonly<Record<string, unknown>>;
  return [res, reply, response, partOf(request, 'res')].find(isObject);
}

/** The error for a context that leads to no request, which says what to do. */
export function noRequestIn(host: ArgumentsHost): SessionUnreachableError {
  const { req } = contextOf(host) as Readonly<Record<string, unknown>>;
  return unreachable(
    req,
    'There is no session in this GraphQL context, because the request is not in it. Import SessionModule.forRoot() in the root module, and let the ' +
      'context function of GraphQLModule return { req, res } (Express), or { req, reply } (Fastify); for graphql-ws, the context that it gets, ' +
      'which has `extra.request`.',
  );
}
