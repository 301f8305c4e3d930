import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';
import { Observable } from 'rxjs';
import { isAnsweredByNest, isWholeAnswer } from './nest-answer.js';
import type { RequestSession } from './request-session.js';
import { SessionRuntime } from './session-runtime.js';

/**
 * Saves the session after the handler and before the response, so that a failure reaches the application's exception filters.
 * Leaves requests alone that did not use their session.
 */
@Injectable()
export class SessionInterceptor implements NestInterceptor {
  #place: 'unknown' | 'outermost' | 'inner' = 'unknown';
  readonly #routes = new WeakMap<object, boolean>();

  constructor(
    private readonly runtime: SessionRuntime,
    private readonly application: Pick<ApplicationConfig, 'getGlobalInterceptors'>,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const handled = next.handle();
    if (context.getType() !== 'http') return handled;
    const request = context.getArgByIndex<object>(0);
    // Nest responds when the stream completes, so only completion has to wait; values before that (events, a body) pass
    // through.
    return new Observable((subscriber) => {
      let isWhole = true;
      return handled.subscribe({
        next: (value) => {
          isWhole &&= isWholeAnswer(value);
          subscriber.next(value);
        },
        error: (error: unknown) => {
          this.#settle(
            this.#afterError(request),
            () => {
              subscriber.error(error);
            },
            (failure) => {
              this.runtime.report(error);
              subscriber.error(failure);
            },
          );
        },
        complete: () => {
          const session = this.runtime.existing(request);
          this.#settle(
            session,
            () => {
              if (session !== undefined && isWhole && this.#isLastOn(context)) session.noteSettled();
              subscriber.complete();
            },
            (failure) => {
              subscriber.error(failure);
            },
          );
        },
      });
    });
  }

  /** Whether no code of the application runs between this interceptor and the response of a route. */
  #isLastOn(context: ExecutionContext): boolean {
    if (this.#place === 'unknown') {
      this.#place = this.application.getGlobalInterceptors()[0] === this ? 'outermost' : 'inner';
    }
    if (this.#place === 'inner') return false;
    const handler = context.getHandler();
    let isLast = this.#routes.get(handler);
    if (isLast === undefined) {
      isLast = isAnsweredByNest(context);
      this.#routes.set(handler, isLast);
    }
    return isLast;
  }

  /** Changes of a handler that threw are saved as on success, unless the application wants them dropped. */
  #afterError(request: object): RequestSession | undefined {
    const session = this.runtime.existing(request);
    if (session === undefined || this.runtime.options.commitOnError) return session;
    session.handle.discard();
    return undefined;
  }

  #settle(session: RequestSession | undefined, done: () => void, failed: (error: unknown) => void): void {
    const fail = (error: unknown): void => {
      // The application's exception filter responds. The gate must not retry and respond instead.
      session?.handle.discard();
      failed(error);
    };
    let saving: Promise<void> | undefined;
    try {
      saving = session?.commit();
    } catch (error) {
      fail(error);
      return;
    }
    if (saving === undefined) done();
    else saving.then(done, fail);
  }
}
