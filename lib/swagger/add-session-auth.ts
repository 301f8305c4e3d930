import { RequestMethod, type INestApplicationContext } from '@nestjs/common';
import { ApplicationConfig, ModulesContainer, Reflector } from '@nestjs/core';
import { ApiHeader, ApiSecurity, type DocumentBuilder } from '@nestjs/swagger';
import { requirementAt } from '../auth/access/requirement.js';
import { checksOrigin, globalGuards, guardsBefore } from '../auth/audit/applied-guards.js';
import { CsrfConfig } from '../auth/csrf/csrf-config.js';
import { CSRF_EXEMPT } from '../auth/csrf/csrf-exempt.decorator.js';
import { environmentOf } from '../config/environment.js';
import type { CookieOptions } from '../cookie/cookie.options.js';
import { resolveCookie } from '../cookie/resolved-cookie.js';
import { SessionUnreachableError } from '../errors.js';
import { METHOD_METADATA, routesIn, type Route } from '../http/routes.js';
import { SESSION_CONFIG } from '../tokens.js';
import { SESSION_SECURITY } from './api-session-auth.decorator.js';

/** Metadata keys that `@nestjs/swagger` does not export. */
const SECURITY_METADATA = 'swagger/apiSecurity';
const PARAMETERS_METADATA = 'swagger/apiParameters';

const readingMethods = new Set([RequestMethod.GET, RequestMethod.HEAD, RequestMethod.OPTIONS]);

/**
 * Adds the security scheme of {@link ApiSessionAuth} to a document: the session cookie, by the name that it has in this
 * application. Call it before `SwaggerModule.createDocument()`:
 *
 * ```ts
 * const config = addSessionAuth(new DocumentBuilder().setTitle('Shop'), app).build();
 * ```
 *
 * Of the routes with `@ApiSessionAuth()`, those that are `@Public()` are documented as needing no cookie, and with
 * `csrf.mode: 'token'`, those behind `CsrfGuard` get the header that carries the token.
 *
 * @returns the builder
 * @throws SessionUnreachableError if the application has no SessionModule
 *
 * @publicApi
 */
export function addSessionAuth<Builder extends Pick<DocumentBuilder, 'addSecurity'>>(
  builder: Builder,
  app: INestApplicationContext,
): Builder {
  const modules = app.get(ModulesContainer);
  assertHasSessions(modules);
  const { cookie } = app.get<{ readonly cookie: CookieOptions }>(SESSION_CONFIG, { strict: false });
  const { name } = resolveCookie(cookie, environmentOf(process.env['NODE_ENV']));
  builder.addSecurity(SESSION_SECURITY, {
    type: 'apiKey',
    in: 'cookie',
    name,
    description: 'The session cookie, which the login sets.',
  });
  const documented = routesIn(modules).filter(isDocumented);
  for (const route of documented) if (requirementAt(route.handler, route.controller).isPublic) openTo(route);
  const { options } = app.get(CsrfConfig, { strict: false });
  if (options.mode === 'token') {
    const { guards } = globalGuards(modules, app.get(ApplicationConfig), false);
    const reflector = app.get(Reflector);
    for (const route of documented) {
      const { handler, controller } = route;
      const isChecked = guardsBefore(handler, controller, guards).some(({ guard }) => checksOrigin(guard));
      const isExempt = reflector.getAllAndOverride<unknown>(CSRF_EXEMPT, [handler, controller]) === true;
      if (isChecked && !isExempt && !isReading(route)) addHeader(route, options.header);
    }
  }
  return builder;
}

/** Looks first: what Nest does not find ends the process, if the application was created so. */
function assertHasSessions(modules: ModulesContainer): void {
  if ([...modules.values()].some(({ providers }) => providers.has(SESSION_CONFIG))) return;
  throw new SessionUnreachableError(
    'addSessionAuth() finds no sessions in this application: import SessionModule.forRoot() in the root module.',
  );
}

function isDocumented({ handler, controller }: Route): boolean {
  return [...securityOf(handler), ...securityOf(controller)].some((security) => SESSION_SECURITY in security);
}

/** The security requirements of a method, or of a class with its base classes, as Swagger reads them. */
function securityOf(target: object): readonly object[] {
  return (Reflect.getMetadata(SECURITY_METADATA, target) ?? []) as readonly object[];
}

/** An alternative without any scheme. */
function openTo({ handler, controller, name }: Route): void {
  if (securityOf(handler).some((security) => Object.keys(security).length === 0)) return;
  ApiSecurity({})(controller, name, { value: handler });
}

function isReading({ handler }: Route): boolean {
  return readingMethods.has(Reflect.getOwnMetadata(METHOD_METADATA, handler) as RequestMethod);
}

function addHeader({ handler, controller, name }: Route, header: string): void {
  const parameters = (Reflect.getMetadata(PARAMETERS_METADATA, handler) ?? []) as readonly {
    readonly name?: unknown;
  }[];
  if (parameters.some((parameter) => parameter.name === header)) return;
  const description = 'A CSRF token of this session. A field of the body can carry it instead.';
  ApiHeader({ name: header, description, required: false })(controller, name, { value: handler });
}
