import type { ModulesContainer } from '@nestjs/core';
import 'reflect-metadata';
import { graphqlOptionsIn } from '../../http/graphql-contexts.js';
import { isClass, methodsWith, type ClassType, type Method, type Route } from '../../http/routes.js';
import type { HandlerKind } from './handler-report.js';

/** A handler that is called otherwise than as a route. */
export interface Operation extends Route {
  readonly kind: Exclude<HandlerKind, 'http'>;
  /** As {@link HandlerReport.paths}. */
  readonly paths: readonly string[];
  /** Whether Nest runs the guards of the handler and its class. */
  readonly runsGuards: boolean;
  /** Whether Nest runs those of the whole application, too, as far as is known. `by version`: its version decides, for gateways. */
  readonly globalGuards: 'run' | 'skipped' | 'by version';
  /** The method of a gateway for connections, whose metadata count when a client connects; null: nothing is checked then. */
  readonly connection: Method | null;
}

/** The metadata keys of @nestjs/graphql, @nestjs/websockets and @nestjs/microservices, which are not imported for them. */
const RESOLVER_TYPE = 'graphql:resolver_type';
const RESOLVER_NAME = 'graphql:resolver_name';
const RESOLVER_PROPERTY = 'graphql:resolve_property';
const RESOLVER_REFERENCE = 'graphql:resolve_reference';
const GATEWAY = 'websockets:is_gateway';
const GATEWAY_OPTIONS = 'websockets:gateway_options';
const GATEWAY_MESSAGE = 'websockets:message_mapping';
const MESSAGE = 'message';
const PATTERN = 'microservices:pattern';
const PATTERN_KIND = 'microservices:handler_type';
const EVENT_PATTERN = 2;

const rootKinds: ReadonlyMap<unknown, 'query' | 'mutation' | 'subscription'> = new Map([
  ['Query', 'query'],
  ['Mutation', 'mutation'],
  ['Subscription', 'subscription'],
]);

/** The resolvers, messages of gateways, and handlers of microservices in an application, by the metadata of their decorators. */
export function operationsIn(modules: ModulesContainer): Operation[] {
  const providers = classesOf(modules, 'providers');
  const runsFieldGuards = fieldGuardsRun(modules);
  return [
    ...providers.flatMap((type) => resolversOf(type, runsFieldGuards)),
    ...providers.flatMap(messagesOf),
    ...classesOf(modules, 'controllers').flatMap(patternsOf),
  ];
}

function resolversOf(type: ClassType, runsFieldGuards: boolean): Operation[] {
  const roots = methodsWith(type, RESOLVER_TYPE).flatMap((method): Operation[] => {
    const root = String(Reflect.getOwnMetadata(RESOLVER_TYPE, method.handler));
    const kind = rootKinds.get(root);
    if (kind === undefined) return [];
    const paths = [nameIn(method, RESOLVER_NAME)];
    return [{ ...method, kind, paths, runsGuards: true, globalGuards: 'run', connection: null }];
  });
  const globalGuards = runsFieldGuards ? 'run' : 'skipped';
  const runs = { runsGuards: runsFieldGuards, globalGuards, connection: null } as const;
  const parent = nameOf(Reflect.getMetadata(RESOLVER_TYPE, type)) ?? nameOf(Reflect.getMetadata(RESOLVER_NAME, type));
  const under = (name: string): string => (parent === null ? name : `${parent}.${name}`);
  const fields = methodsWith(type, RESOLVER_PROPERTY).map((method): Operation => {
    return { ...method, ...runs, kind: 'field', paths: [under(nameIn(method, RESOLVER_NAME))] };
  });
  const references = methodsWith(type, RESOLVER_REFERENCE).map((method): Operation => {
    return { ...method, ...runs, kind: 'reference', paths: [under('__resolveReference')] };
  });
  return [...roots, ...fields, ...references];
}

function messagesOf(type: ClassType): Operation[] {
  if (Reflect.getMetadata(GATEWAY, type) !== true) return [];
  const options: unknown = Reflect.getMetadata(GATEWAY_OPTIONS, type);
  const namespace: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'namespace') : null;
  return methodsWith(type, GATEWAY_MESSAGE).map((method): Operation => {
    const message = nameIn(method, MESSAGE);
    const path = typeof namespace === 'string' && namespace !== '' ? `${namespace} ${message}` : message;
    const connection = connectionOf(type);
    return { ...method, kind: 'gateway', paths: [path], runsGuards: true, globalGuards: 'by version', connection };
  });
}

function patternsOf(type: ClassType): Operation[] {
  return methodsWith(type, PATTERN).map((method): Operation => {
    const patterns: unknown = Reflect.getOwnMetadata(PATTERN, method.handler);
    const isEvent = Reflect.getOwnMetadata(PATTERN_KIND, method.handler) === EVENT_PATTERN;
    return {
      ...method,
      kind: isEvent ? 'event' : 'message',
      paths: (Array.isArray(patterns) ? patterns : [patterns]).map(textOf),
      runsGuards: true,
      // Not in an application that also serves HTTP, unless it connects with `inheritAppConfig`.
      globalGuards: 'skipped',
      connection: null,
    };
  });
}

function connectionOf(type: ClassType): Method {
  const method: unknown = Reflect.get(type.prototype as object, 'handleConnection');
  return typeof method === 'function' ? (method as Method) : noHandler;
}

function noHandler(): void {
  // It only stands for the method that the gateway lacks.
}

/** Whether `fieldResolverEnhancers` of GraphQLModule has guards run before the resolvers of fields. */
function fieldGuardsRun(modules: ModulesContainer): boolean {
  return graphqlOptionsIn(modules).some((options) => {
    const enhancers: unknown = Reflect.get(options, 'fieldResolverEnhancers');
    return Array.isArray(enhancers) && enhancers.includes('guards');
  });
}

/** Each class once. Of what a factory makes, the class is known if it has been called. */
function classesOf(modules: ModulesContainer, what: 'providers' | 'controllers'): ClassType[] {
  const types = [...modules.values()].flatMap((module) =>
    [...module[what].values()].map(({ metatype, inject, instance }): unknown => {
      if (!inject && isClass(metatype)) return metatype;
      return typeof instance === 'object' && instance !== null ? instance.constructor : null;
    }),
  );
  return [...new Set(types)].filter(isClass);
}

function nameIn({ handler, name }: Route, key: string): string {
  return nameOf(Reflect.getOwnMetadata(key, handler)) ?? name;
}

/** Decorators keep a name, or a function that returns a class. */
function nameOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function textOf(pattern: unknown): string {
  return typeof pattern === 'string' ? pattern : JSON.stringify(pattern);
}
