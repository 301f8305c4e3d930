import { RequestMethod, type ExecutionContext } from '@nestjs/common';
import 'reflect-metadata';
import { GUARDS_METADATA, METHOD_METADATA, overriddenBy, type ClassType } from '../../http/routes.js';
import type { Freshness } from './freshness.js';

/** What a route, or all routes of a controller, ask of whoever comes. */
export const PUBLIC = Symbol('nestjs-session-auth public');
export const FRESH = Symbol('nestjs-session-auth fresh');
export const ROLES = Symbol('nestjs-session-auth roles');
export const PERMISSIONS = Symbol('nestjs-session-auth permissions');
/** Carried by the class of a guard that asks who is there, and by those that extend it. */
export const ASKS_WHO = Symbol('nestjs-session-auth asks who');

/** Names of which a user must have all, or any. */
export interface Wanted {
  readonly names: readonly string[];
  readonly mode: 'any' | 'all';
}

export interface Requirement {
  /** Anybody may come. */
  readonly isPublic: boolean;
  readonly fresh: Partial<Freshness> | null;
  readonly roles: readonly Wanted[];
  readonly permissions: readonly Wanted[];
}

/** What stands at one place: at a route, at a method that it overrides, at its controller, or at a class that this one extends. */
interface Place extends Requirement {
  /** Whether it asks for anything. */
  readonly asks: boolean;
}

type Handler = ReturnType<ExecutionContext['getHandler']>;
type Controller = ClassType;

const known = new WeakMap<Controller, WeakMap<Handler, Requirement>>();

/** What is asked at the route behind `context`; worked out once for each. */
export function requirementOf(context: ExecutionContext): Requirement {
  const controller = context.getClass();
  const handler = context.getHandler();
  let ofController = known.get(controller);
  if (ofController === undefined) known.set(controller, (ofController = new WeakMap()));
  let requirement = ofController.get(handler);
  if (requirement === undefined) ofController.set(handler, (requirement = read(handler, controller)));
  return requirement;
}

/**
 * The nearest place that says something decides whether a route is public: the route, then the methods that it overrides, then
 * its controller, then what that extends. A place that asks for anything, by a guard alone if need be, is not, `@Public()` beside it or not. Of `@Fresh()`
 * the nearest holds; roles and permissions of all places add up.
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
  };
}

function at(target: object): Place {
  const metadata = (key: symbol): unknown => Reflect.getOwnMetadata(key, target);
  const fresh = metadata(FRESH) ?? null;
  const roles = (metadata(ROLES) ?? []) as readonly Wanted[];
  const permissions = (metadata(PERMISSIONS) ?? []) as readonly Wanted[];
  const place = { isPublic: metadata(PUBLIC) === true, fresh, roles, permissions };
  return { ...place, asks: wantsMore(place) || guardsAt(target).length > 0 };
}

/** More than that somebody is there. */
function wantsMore({ fresh, roles, permissions }: Requirement): boolean {
  return fresh !== null || roles.length > 0 || permissions.length > 0;
}

/** The guards of one place that ask who is there. */
export function guardsAt(target: object): readonly object[] {
  const guards = (Reflect.getOwnMetadata(GUARDS_METADATA, target) ?? []) as readonly object[];
  return guards.filter((guard) => {
    const type: unknown = typeof guard === 'function' ? guard : guard.constructor;
    return typeof type === 'function' && Reflect.getMetadata(ASKS_WHO, type) === true;
  });
}

/**
 * A preflight request brings no cookies. It comes this far only where a route is for such requests alone: one that answers
 * all methods does for OPTIONS what it does for GET, and whoever wants in need only ask by OPTIONS.
 */
function answersOptions(handler: Handler): boolean {
  return Reflect.getOwnMetadata(METHOD_METADATA, handler) === RequestMethod.OPTIONS;
}

/** Nest reads metadata of classes through their bases, and so do we. */
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
