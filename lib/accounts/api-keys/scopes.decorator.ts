import { SetMetadata, type ExecutionContext } from '@nestjs/common';
import 'reflect-metadata';
import { SessionConfigError } from '../../errors.js';

export const SCOPES = Symbol('nestjs-session-auth scopes');

/**
 * Lets programs call a route, or all routes of a controller, with an API key that has all of these scopes. Routes without it accept no
 * keys. The scopes of a route replace those of its controller. Logins are not limited.
 *
 * @throws SessionConfigError if no scope is named
 *
 * @publicApi
 */
export function Scopes(...scopes: string[]): ClassDecorator & MethodDecorator {
  if (scopes.length === 0 || !scopes.every((scope) => typeof scope === 'string' && scope !== '')) {
    throw new SessionConfigError([{ setting: '@Scopes()', problem: 'expected at least one name, and each a string' }]);
  }
  return SetMetadata(SCOPES, scopes);
}

/** The scopes that a handler needs; null: it takes no key. */
export function scopesAt(handler: object, controller: object): readonly string[] | null {
  const own: unknown = Reflect.getMetadata(SCOPES, handler) ?? Reflect.getMetadata(SCOPES, controller);
  return Array.isArray(own) ? (own as readonly string[]) : null;
}

export function scopesOf(context: ExecutionContext): readonly string[] | null {
  return scopesAt(context.getHandler(), context.getClass());
}
