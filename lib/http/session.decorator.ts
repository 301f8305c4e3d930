import { createParamDecorator, type ExecutionContext, type PipeTransform, type Type } from '@nestjs/common';
import type { SessionData } from '../session/session-data.js';
import type { SessionObject } from '../session/session.js';
import { requestSessionOf } from './session-of.js';

/** The argument of `@Session()`. @publicApi */
export type SessionParameter =
  /** One value of the session instead of all of it, by a declared key; any key if the application declares none. */
  | (keyof SessionData extends never ? string : keyof SessionData & string)
  /** A session that cannot be changed and is not saved. */
  | { readonly readonly: true };

/** A pipe for the parameter. The decorators' types are written out, since Nest 11 lacks those of Nest 12. */
export type ParameterPipe = Type<PipeTransform> | PipeTransform;

/**
 * The session of the request, as the type of a parameter.
 *
 * @publicApi
 */
export type Session = SessionObject & SessionData;

/**
 * Injects the session of the request: `@Session()`, one of its values: `@Session('cart')`, or one that cannot be changed:
 * `@Session({ readonly: true })`.
 *
 * Rejects with a 503 if the store does not answer.
 *
 * @publicApi
 */
export const Session: (...parameterOrPipes: (SessionParameter | ParameterPipe)[]) => ParameterDecorator =
  createParamDecorator(sessionOf);

/** The value of the parameter; also identifies routes that have it. */
export function sessionOf(parameter: SessionParameter | undefined, context: ExecutionContext): unknown {
  const requestSession = requestSessionOf(context);
  if (typeof parameter === 'object') return requestSession.getReadonly();
  const session = requestSession.get();
  if (parameter === undefined) return session;
  return session instanceof Promise ? session.then((loaded) => loaded.get(parameter)) : session.get(parameter);
}
