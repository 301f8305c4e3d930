import type { ModulesContainer } from '@nestjs/core';
import { SessionUnreachableError } from '../errors.js';
import { isObject, partOf } from './part-of.js';

/** Under which `@nestjs/graphql` provides the options of its module. */
const GRAPHQL_OPTIONS = 'GqlModuleOptions';

type ContextFunction = (...args: readonly unknown[]) => unknown;
/** The request that something leads to; null: none. */
type RequestIn = (context: object) => object | null;

/** The identities of the requests that contexts were made for; `several`: of one that users would share. */
const owners = new WeakMap<object, object | 'several'>();

/** The context functions that this file has made. */
const separated = new WeakSet<object>();

/**
 * Lets each request have a context of its own: a context function that returns one object to several clients would let them share a
 * session, or a driver that writes the request into an object that it is given once and for all.
 *
 * @param requestIn the request of an application that the argument of a context function, or what it returns, leads to
 */
export function separateContexts(modules: ModulesContainer, requestIn: RequestIn): void {
  for (const options of graphqlOptionsIn(modules)) {
    for (const place of placesIn(options)) separate(place, requestIn);
  }
}

/** Refuses a context that was made for another request. @throws SessionUnreachableError */
export function assertOwnContext(context: object, request: object): void {
  const owner = owners.get(context);
  if (owner !== undefined && owner !== identityOf(request)) throw sharedContext();
}

/** The options of the GraphQL modules of an application. */
export function graphqlOptionsIn(modules: ModulesContainer): object[] {
  return [...modules.values()].flatMap(({ providers }) => {
    const options: unknown = providers.get(GRAPHQL_OPTIONS)?.instance;
    return isObject(options) ? [options] : [];
  });
}

/** Where a context can be set: for all operations, for those over graphql-ws with Apollo, and with Mercurius. */
function placesIn(options: object): object[] {
  return [options, partOf(partOf(options, 'subscriptions'), 'graphql-ws'), partOf(options, 'subscription')].filter(
    isObject,
  );
}

function separate(place: object, requestIn: RequestIn): void {
  const given = partOf(place, 'context');
  // Options may be those of several applications.
  if (!isObject(given) && typeof given !== 'function') return;
  if (separated.has(given)) return;
  const own = typeof given === 'function' ? checked(given as ContextFunction, requestIn) : () => copyOf(given);
  separated.add(own);
  Reflect.set(place, 'context', own);
}

function checked(make: ContextFunction, requestIn: RequestIn): ContextFunction {
  const check = (args: readonly unknown[], context: unknown): unknown => {
    const request = args.flatMap((arg) => (isObject(arg) ? (requestIn(arg) ?? requestIn({ req: arg }) ?? []) : []))[0];
    if (isObject(context) && request !== undefined) own(context, request, requestIn(context));
    return context;
  };
  return (...args) => {
    const context = make(...args);
    return context instanceof Promise ? context.then((made: unknown) => check(args, made)) : check(args, context);
  };
}

/** @param carried the request in it; null: the driver puts one into it, or into a copy. */
function own(context: object, request: object, carried: object | null): void {
  const owner = owners.get(context);
  const identity = identityOf(request);
  const isOther = carried !== null && identityOf(carried) !== identity;
  if (!isOther && (owner === undefined || owner === identity || carried === null)) {
    if (carried !== null) owners.set(context, identity);
    return;
  }
  owners.set(context, 'several');
  throw sharedContext();
}

/** The same for a request that was wrapped, or given a prototype of its own: each has a list of headers. */
function identityOf(request: object): object {
  const headers = partOf(partOf(request, 'raw') ?? request, 'rawHeaders');
  return isObject(headers) ? headers : request;
}

function copyOf(context: object): object {
  return Object.assign(Object.create(Object.getPrototypeOf(context) as object | null) as object, context);
}

function sharedContext(): SessionUnreachableError {
  return new SessionUnreachableError(
    'The context function of GraphQLModule has returned one object for several requests, so their users would share a session. Let it return a new object ' +
      'each time.',
  );
}
