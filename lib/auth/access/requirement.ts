import { RequestMethod, type ExecutionContext, type Type } from '@nestjs/common';
import 'reflect-metadata';
import { GUARDS_METADATA, METHOD_METADATA, overriddenBy, type ClassType, type Method } from '../../http/routes.js';
import type { Freshness } from './freshness.js';

/** What a route, or all routes of a controller, require of the client. */
export const PUBLIC = Symbol('nestjs-session-auth public');
export const FRESH = Symbol('nestjs-session-auth fresh');
export const ROLES = Symbol('nestjs-session-auth roles');
export const PERMISSIONS = Symbol('nestjs-session-auth permissions');
export const CAN = Symbol('nestjs-session-auth can');
/** Metadata of a policy: the class of its resources. */
export const POLICY = Symbol('nestjs-session-auth policy');
/** Metadata of guards that require a login, and of their subclasses. */
export const ASKS_WHO = Symbol('nestjs-session-auth asks who');

/** Names of which a user must have all, or any. */
export interface Wanted {
  readonly names: readonly string[];
  readonly mode: 'any' | 'all';
}

/** An action that the policy of a resource must let the user do. */
export interface WantedAction {
  readonly action: string;
  /** The class of the resource. */
  readonly resource: Type;
  /** The parameter that names the resource; null: the action is on no single one. */
  readonly param: string | null;
}

export interface Requirement {
  /** No login required. */
  readonly isPublic: boolean;
  readonly fresh: Partial<Freshness> | null;
  readonly roles: readonly Wanted[];
  readonly permissions: readonly Wanted[];
  readonly actions: readonly WantedAction[];
}

/** The requirement declared in one place: a route, a method that it overrides, its controller, or a base class of that. */
interface Place extends Requirement {
  /** Whether it requires anything. */
  readonly asks: boolean;
}

type Handler = Method | ReturnType<ExecutionContext['getHandler']>;
type Controller = ClassType;

const known = new WeakMap<Controller, WeakMap<Handler, Requirement>>();

/** The requirement of the route behind `context`. */
export function requirementOf(context: ExecutionContext): Requirement {
  return requirementAt(context.getHandler(), context.getClass());
}

/** The requirement of a controller's method; computed once per route. */
export function requirementAt(handler: Handler, controller: Controller): Requirement {
  let ofController = known.get(controller);
  if (ofController === undefined) known.set(controller, (ofController = new WeakMap()));
  let requirement = ofController.get(handler);
  if (requirement === undefined) ofController.set(handler, (requirement = read(handler, controller)));
  return requirement;
}

/**
 * The nearest place that declares anything decides whether a route is public: the route, then the methods it overrides, then
 * its controller, then that one's base classes. A place that requires anything, even just by a guard, is not public, with or
 * without `@Public()`. The nearest `@Fresh()` applies; roles, permissions and actions of all places add up.
 */
function read(handler: Handler, controller: Controller): Requirement {
  const route = at(handler);
  const places = [route, ...overriddenBy(handler, controller).map(at), ...withItsBases(controller).map(at)];
  const decisive = places.find(({ asks, isPublic }) => asks || isPublic);
  return {
    isPublic: (decisive !== undefined && !decisive.asks) || (answersOptions(handler) && !wantsMore(route)),
    fresh: places.find(({ fresh }) => fresh !== null)?.fresh ?? null,
    roles: places.flatMap(({ roles }) => roles),
    permissions: places.flatMap(({ permissions }) => permissions),
    actions: places.flatMap(({ actions }) => actions),
  };
}

function at(target: object): Place {
  const metadata = (key: symbol): unknown => Reflect.getOwnMetadata(key, target);
  const fresh = metadata(FRESH) ?? null;
  const roles = (metadata(ROLES) ?? []) as readonly Wanted[];
  const permissions = (metadata(PERMISSIONS) ?? []) as readonly Wanted[];
  const actions = (metadata(CAN) ?? []) as readonly WantedAction[];
  const place = { isPublic: metadata(PUBLIC) === true, fresh, roles, permissions, actions };
  return { ...place, asks: wantsMore(place) || guardsAt(target).length > 0 };
}

/** More than a login. */
function wantsMore({ fresh, roles, permissions, actions }: Requirement): boolean {
  return fresh !== null || roles.length + permissions.length + actions.length > 0;
}

/** The guards in one place that require a login. */
export function guardsAt(target: object): readonly object[] {
  const guards = (Reflect.getOwnMetadata(GUARDS_METADATA, target) ?? []) as readonly object[];
  return guards.filter(asksWho);
}

/** Whether a guard, a class or an object, is one that requires a login. */
export function asksWho(guard: object): boolean {
  const type: unknown = typeof guard === 'function' ? guard : guard.constructor;
  return typeof type === 'function' && Reflect.getMetadata(ASKS_WHO, type) === true;
}

/**
 * A preflight request has no cookies. It gets here only if a route is for OPTIONS: one for all methods does the same for
 * OPTIONS as for GET, so admitting OPTIONS would open it to anyone.
 */
function answersOptions(handler: Handler): boolean {
  return Reflect.getOwnMetadata(METHOD_METADATA, handler) === RequestMethod.OPTIONS;
}

/** Like Nest, reads the metadata of base classes. */
function withItsBases(controller: Controller): object[] {
  const classes: object[] = [];
  for (
    let type: unknown = controller;
    typeof type === 'function' && type !== Function.prototype;
    type = Object.getPrototypeOf(type)
  ) {
    classes.push(type);
  }
  return classes;
}
