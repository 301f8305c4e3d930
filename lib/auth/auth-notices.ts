import type { ModulesContainer } from '@nestjs/core';
import { REQUEST_LOADER, USER_LOADER } from './users/loader.decorators.js';
import { PERMISSIONS, ROLES } from './access/requirement.js';
import { routesIn, type Route } from '../http/routes.js';

/** What the application has configured about its users. */
export interface KnownUsers {
  readonly hasLoader: boolean;
  /** Whether roles and permissions are the user's fields of these names. */
  readonly hasOwnRoles: boolean;
  readonly hasOwnPermissions: boolean;
}

/** Warnings about login settings that would silently not work. */
export function authNotices(modules: ModulesContainer, known: KnownUsers): string[] {
  if (known.hasLoader) return [];
  return [...looksLikeLoader(modules), ...asksForWhatNobodyHas(modules, known)];
}

function looksLikeLoader(modules: ModulesContainer): string[] {
  for (const { providers } of modules.values()) {
    for (const { metatype } of providers.values()) {
      if (typeof metatype !== 'function' || !/User\w*Loader|LoadUser/i.test(metatype.name)) continue;
      const marks = [metatype, ...Object.values(Object.getOwnPropertyDescriptors(metatype.prototype ?? {}))];
      const isMarked = marks.some((place) => {
        const target: unknown = typeof place === 'function' ? place : place.value;
        return (
          typeof target === 'function' && [USER_LOADER, REQUEST_LOADER].some((key) => Reflect.hasMetadata(key, target))
        );
      });
      if (isMarked) continue;
      return [
        `${metatype.name} looks like a user loader but is not used as one: put @UserLoader() on the class, if its method is ` +
          'load(id), or on the method itself, or set the option userLoader.',
      ];
    }
  }
  return [];
}

function asksForWhatNobodyHas(modules: ModulesContainer, { hasOwnRoles, hasOwnPermissions }: KnownUsers): string[] {
  const routes = routesIn(modules);
  const asks =
    (key: symbol) =>
    (route: Route): boolean =>
      [route.handler, route.controller].some((place) => Reflect.hasMetadata(key, place));
  return [
    { decorator: '@Roles()', option: 'rolesOf', isOwn: hasOwnRoles, found: routes.find(asks(ROLES)) },
    {
      decorator: '@Permissions()',
      option: 'permissionsOf',
      isOwn: hasOwnPermissions,
      found: routes.find(asks(PERMISSIONS)),
    },
  ].flatMap(({ decorator, option, isOwn, found }) =>
    found === undefined || !isOwn
      ? []
      : [
          `${found.title} uses ${decorator}, but no user will have any: without a user loader only the id of a user is known. ` +
            `Add @UserLoader() or userLoader, or the option ${option}.`,
        ],
  );
}
