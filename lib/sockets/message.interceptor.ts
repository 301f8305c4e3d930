import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { catchError, concat, concatMap, defer, EMPTY, from, ignoreElements, of, type Observable } from 'rxjs';
import { currentSession } from '../http/current-session.js';
import { Message } from './message.js';

/**
 * Saves the session after the handler of a message, and before what it returns is sent, so that a failure reaches the gateway's
 * exception filters. If a handler emits several values, it is saved before the first one and after the last one.
 */
export const messageInterceptor: NestInterceptor = {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const message = currentSession.getStore();
    if (context.getType<string>() !== 'ws' || !(message instanceof Message)) return next.handle();
    let isSaved = false;
    const handled = next.handle().pipe(
      concatMap((value: unknown) => {
        if (isSaved) return of(value);
        isSaved = true;
        return concat(saved(message), of(value));
      }),
    );
    return concat(
      handled,
      defer(() => saved(message)),
    ).pipe(catchError((error: unknown) => from(message.fail(error))));
  },
};

function saved(message: Message): Observable<never> {
  const saving = message.save();
  return saving === undefined ? EMPTY : from(saving).pipe(ignoreElements());
}
