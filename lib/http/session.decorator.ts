import { createParamDecorator, type ExecutionContext, type PipeTransform, type Type } from '@nestjs/common';
import type { SessionData } from '../session/session-data.js';
import type { SessionObject } from '../session/session.js';
import { requestSessionOf } from './session-runtime.js';

/** What `@Session()` may be given. @publicApi */
export type SessionParameter =
  /** One value of the session instead of all of it, by a key that the application has declared. Where it declares none, by any. */
  | (keyof SessionData extends never ? string : keyof SessionData & string)
  /** A session that cannot be changed, whose commit is left out. */
  | { readonly readonly: true };

/** A pipe that a parameter runs through. The decorators' types are spelled out, since Nest 11 does not know those of Nest 12. */
export type ParameterPipe = Type<PipeTransform> | PipeTransform;

/**
 * The session of the request, as the type of a parameter.
 *
 * @publicApi
 */
export type Session = SessionObject & SessionData;

/**
 * Injects the session of the request: `@Session()`, one value of it: `@Session('cart')`, or one that cannot be changed:
 * `@Session({ readonly: true })`.
 *
 * The parameter is rejected with a 503 where the store does not answer.
 *
 * @publicApi
 */
export const Session: (...parameterOrPipes: (SessionParameter | ParameterPipe)[]) => ParameterDecorator =
  createParamDecorator(sessionOf);

/** What the parameter is; it also tells routes with it from others. */
export function sessionOf(parameter: SessionParameter | undefined, context: ExecutionContext): unknown {
  const requestSession = requestSessionOf(context);
  if (typeof parameter === 'object') return requestSession.getReadonly();
  const session = requestSession.get();
  if (parameter === undefined) return session;
  return session instanceof Promise ? session.then((loaded) => loaded.get(parameter)) : session.get(parameter);
}
