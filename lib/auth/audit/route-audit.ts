import { RequestMethod, type INestApplicationContext } from '@nestjs/common';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import 'reflect-metadata';
import { METHOD_METADATA, routesIn, type Route } from '../../http/routes.js';
import { inheritGuards } from '../access/inherited-guards.js';
import { asksWho, requirementAt, type WantedAction } from '../access/requirement.js';
import { CSRF_EXEMPT } from '../csrf/csrf-exempt.decorator.js';
import {
  checksOrigin,
  globalGuards,
  guardReports,
  guardsBefore,
  guardsBeforeMessages,
  requiresLogin,
  type AppliedGuard,
} from './applied-guards.js';
import { changesByGet } from './changes-by-get.js';
import type { AuditReport, HandlerReport } from './handler-report.js';
import { operationsIn, type Operation } from './operations.js';

/** The parts of an application that the audit reads. */
export interface Audited {
  readonly modules: ModulesContainer;
  readonly config: ApplicationConfig;
  /** Whether it was created in Nest's preview mode, in which no provider exists. */
  readonly isPreview: boolean;
}

/** The metadata keys of paths, which Nest does not export. */
const PATH_METADATA = 'path';

/** What `CsrfGuard` lets through. */
const safeMethods = ['GET', 'HEAD', 'OPTIONS'];

/** Who may call which handler of an application, as far as metadata and registered guards tell. */
export function auditOf({ modules, config, isPreview }: Audited): AuditReport {
  // In preview mode nothing has done that yet; otherwise there is nothing left to do.
  inheritGuards(modules);
  const { guards, unknown } = globalGuards(modules, config, isPreview);
  const routes = routesIn(modules).map((route) => routeReport(route, guards));
  const ofApplication = { all: guards, beforeMessages: guardsBeforeMessages(config, guards) };
  const operations = operationsIn(modules).map((operation) => operationReport(operation, ofApplication));
  return { handlers: [...routes, ...operations], unknownGuards: unknown };
}

/** The same for an application that the command has created. */
export type AuditOfContext = (context: INestApplicationContext, isPreview: boolean) => AuditReport;

export const auditOfContext: AuditOfContext = (context, isPreview) => {
  const everywhere = { strict: false };
  const modules = context.get(ModulesContainer, everywhere);
  return auditOf({ modules, config: context.get(ApplicationConfig, everywhere), isPreview });
};

/** The handlers that anyone can call although nothing says so. */
export function unguardedIn({ handlers }: AuditReport): HandlerReport[] {
  return handlers.filter(({ access }) => access === 'unguarded');
}

/** A handler as an operator knows it: `CatsController.find() (GET /cats)`. */
export function titleOf({ handler, kind, method, paths }: HandlerReport): string {
  return `${handler} (${method ?? kind} ${paths.join(', ')})`;
}

function routeReport(route: Route, ofApplication: readonly AppliedGuard[]): HandlerReport {
  const guards = guardsBefore(route.handler, route.controller, ofApplication);
  const method = methodOf(route.handler);
  return {
    kind: 'http',
    method,
    paths: pathsOf(route),
    ...accessOf(route, guards),
    csrf: safeMethods.includes(method) ? null : csrfOf(route, guards),
    changesByGet: changesByGet(route, method),
  };
}

const noGuards: readonly AppliedGuard[] = [];

/** The guards of a whole application. */
interface OfApplication {
  readonly all: readonly AppliedGuard[];
  /** Those that Nest runs before the messages of gateways. */
  readonly beforeMessages: readonly AppliedGuard[];
}

function operationReport(operation: Operation, { all, beforeMessages }: OfApplication): HandlerReport {
  const { kind, paths, handler, controller, runsGuards, globalGuards } = operation;
  const atConnection = guardsAtConnection(operation, all);
  const run = { run: all, skipped: noGuards, 'by version': beforeMessages }[globalGuards];
  const global = all.filter((guard) => run.includes(guard) || atConnection.includes(guard));
  const guards = guardsBefore(handler, controller, global);
  const access = accessOf(operation, guards);
  const common = {
    ...access,
    kind,
    method: null,
    paths,
    csrf: kind === 'mutation' ? csrfOf(operation, guards) : null,
    changesByGet: [],
  };
  // A connection that requires a login lets no message through without one, not even one that is public.
  if (atConnection.length > 0) return { ...common, access: 'login' };
  if (runsGuards) return kind === 'field' && access.access === 'unguarded' ? { ...common, access: 'parent' } : common;
  // What is given for the handler itself is meant for it, and does not run.
  const isMeant = guards.some(({ guard, on }) => on === 'handler' && requiresLogin(guard));
  const isOpen = kind === 'reference' ? access.access !== 'public' : isMeant && access.access !== 'public';
  const without = kind === 'reference' ? 'public' : 'parent';
  return { ...common, access: isOpen ? 'unguarded' : without, guards: guardReports(guards, false) };
}

/** The guards that a client has to pass to connect to a gateway at all, of the whole application or of its class. */
function guardsAtConnection(
  { connection, controller }: Operation,
  ofApplication: readonly AppliedGuard[],
): readonly AppliedGuard[] {
  if (connection === null || requirementAt(connection, controller).isPublic) return [];
  return guardsBefore(connection, controller, ofApplication).filter(
    ({ guard, on }) => on !== 'handler' && asksWho(guard),
  );
}

/** What holds for every handler before which these guards run. */
function accessOf({ handler, controller, title }: Route, guards: readonly AppliedGuard[]) {
  const { isPublic, roles, permissions, actions, fresh } = requirementAt(handler, controller);
  const isGuarded = guards.some(({ guard }) => requiresLogin(guard));
  const access: HandlerReport['access'] = isPublic ? 'public' : isGuarded ? 'login' : 'unguarded';
  return {
    handler: title,
    access,
    guards: guardReports(guards, true),
    roles,
    permissions,
    actions: actions.map(named),
    fresh,
  };
}

function named({ action, resource, param }: WantedAction): HandlerReport['actions'][number] {
  return { action, resource: resource.name, param };
}

function csrfOf({ handler, controller }: Route, guards: readonly AppliedGuard[]): HandlerReport['csrf'] {
  if (!guards.some(({ guard }) => checksOrigin(guard))) return 'none';
  const exempt: unknown =
    Reflect.getMetadata(CSRF_EXEMPT, handler) ?? (Reflect.getMetadata(CSRF_EXEMPT, controller) as unknown);
  return exempt === true ? 'exempt' : 'checked';
}

function methodOf(handler: object): string {
  const method = Reflect.getOwnMetadata(METHOD_METADATA, handler) as RequestMethod;
  return RequestMethod[method];
}

function pathsOf({ handler, controller }: Route): string[] {
  const own = pathsAt(handler);
  return pathsAt(controller).flatMap((base) => own.map((path) => joined(base, path)));
}

function pathsAt(place: object): string[] {
  const path: unknown = Reflect.getMetadata(PATH_METADATA, place);
  const paths: readonly unknown[] = Array.isArray(path) ? path : [path ?? '/'];
  return paths.map(String);
}

function joined(...parts: readonly string[]): string {
  return `/${parts
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .join('/')}`;
}
