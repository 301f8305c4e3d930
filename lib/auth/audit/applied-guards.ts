import type { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import 'reflect-metadata';
import { GUARDS_METADATA, type ClassType, type Method } from '../../http/routes.js';
import { behindInherited } from '../access/inherited-guards.js';
import { asksWho } from '../access/requirement.js';
import { CsrfGuard } from '../csrf/csrf.guard.js';
import type { GuardReport } from './handler-report.js';
import { LOGIN_GUARD } from './login-guard.decorator.js';

/** A guard, as a class or an object, and where it was given. */
export interface AppliedGuard {
  readonly guard: object;
  readonly on: GuardReport['on'];
  /** Whether it is one for each request, although it was given for the whole application. */
  readonly isScoped?: boolean;
}

/** The guards of a whole application, and how many there are of which nothing can be known. */
export interface GlobalGuards {
  readonly guards: readonly AppliedGuard[];
  readonly unknown: number;
}

/** The guards that Nest runs before a method, in this order. @param ofApplication those of the whole application, if Nest applies them. */
export function guardsBefore(
  handler: Method,
  type: ClassType,
  ofApplication: readonly AppliedGuard[],
): readonly AppliedGuard[] {
  const given = (place: object, on: GuardReport['on']): AppliedGuard[] =>
    // As Nest reads them: those of a class with those of its base classes, those of a method without.
    ((Reflect.getMetadata(GUARDS_METADATA, place) ?? []) as readonly object[]).map((guard) => ({ guard, on }));
  return [...ofApplication, ...given(type, 'class'), ...given(handler, 'handler')];
}

/** Each guard once. @param runs whether Nest runs them. */
export function guardReports(guards: readonly AppliedGuard[], runs: boolean): GuardReport[] {
  const reports = guards.map(({ guard, on }) => ({
    name: nameOf(guard),
    on,
    requiresLogin: requiresLogin(guard),
    runs,
  }));
  return reports.filter(
    ({ name, on }, index) => reports.findIndex((other) => other.name === name && other.on === on) === index,
  );
}

export function requiresLogin(guard: object): boolean {
  const type = typeOf(guard);
  return asksWho(guard) || (typeof type === 'function' && Reflect.getMetadata(LOGIN_GUARD, type) === true);
}

export function checksOrigin(guard: object): boolean {
  const type = typeOf(guard);
  return type === CsrfGuard || (typeof type === 'function' && type.prototype instanceof CsrfGuard);
}

/**
 * The guards of the whole application: providers of `APP_GUARD`, and what `app.useGlobalGuards()` was given so far.
 *
 * @param isPreview whether providers were not created, so that nobody knows what a factory makes.
 */
export function globalGuards(modules: ModulesContainer, config: ApplicationConfig, isPreview: boolean): GlobalGuards {
  const created = config.getGlobalGuards().filter(isObject);
  // One for each request, or not created: what is provided is known by its class.
  const scoped = config.getGlobalRequestGuards().map(classProvided);
  const uncreated = (isPreview ? providersOf(modules) : []).map(classProvided);
  const given = (guards: readonly (object | null)[], isScoped: boolean): AppliedGuard[] =>
    guards.filter((guard) => guard !== null).map((guard) => ({ guard, on: 'application', isScoped }));
  return {
    guards: [...given(created, false), ...given(scoped, true), ...given(uncreated, false)],
    unknown: [...scoped, ...uncreated].filter((type) => type === null).length,
  };
}

/**
 * The guards of the whole application that Nest runs before the messages of a gateway: since Nest 12, those that exist once. Before,
 * gateways had a configuration of their own.
 */
export function guardsBeforeMessages(
  config: ApplicationConfig,
  ofApplication: readonly AppliedGuard[],
): readonly AppliedGuard[] {
  // Added by Nest 12, like the configuration of gateways; nothing else of it tells the version.
  const isShared = 'registerPreRequestHook' in config;
  return isShared ? ofApplication.filter(({ isScoped = false }) => !isScoped) : [];
}

/** The parts of Nest's entry for a provider. */
interface Provided {
  readonly token: unknown;
  readonly instance: unknown;
  readonly metatype: unknown;
  readonly isAlias?: boolean;
  readonly inject?: readonly unknown[] | null | undefined;
}

/** The providers of `APP_GUARD` that have no instance. */
function providersOf(modules: ModulesContainer): Provided[] {
  const all = [...modules.values()].flatMap(({ providers }) => [...providers.values()] as Provided[]);
  // Nest registers them under names with this prefix.
  return all.filter(({ token, instance }) => String(token).startsWith('APP_GUARD') && !isObject(instance));
}

/** The class of which a provider makes an instance, or for which it stands; null: a factory makes it. */
function classProvided({ metatype, isAlias = false, inject }: Provided): object | null {
  const type = isAlias ? inject?.[0] : inject ? null : metatype;
  return isObject(type) ? type : null;
}

function nameOf(guard: object): string {
  const type = typeOf(guard);
  return typeof type === 'function' && type.name !== '' ? type.name : 'a guard without a name';
}

function typeOf(guard: object): unknown {
  const meant = behindInherited(guard);
  return typeof meant === 'function' ? meant : meant.constructor;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
