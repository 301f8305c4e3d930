import { describe, expect, it } from '@jest/globals';
import { HttpException } from '@nestjs/common';
import { isSessionError, SessionError, type SessionErrorCode } from '../../../lib/errors.js';
import { SessionEventHub } from '../../../lib/http/session-event-hub.js';
import { toHttpException } from '../../../lib/http/session-exception.js';
import { addSessionEvent, type SessionObserver } from '../../../lib/session/observer.js';

// By name, so that the declarations of this test do not change the types of all others: test/types/features.ts has them.
class QuotaError extends SessionError {
  declare readonly code: SessionErrorCode;
}
Object.defineProperty(QuotaError.prototype, 'code', { value: 'ACME_QUOTA' });

describe('what a feature adds', () => {
  it('are errors of the package, which become a 500 if nobody answers them', () => {
    const error = new QuotaError('The quota is used up.');
    expect(isSessionError(error)).toBe(true);
    const exception = toHttpException(error);
    expect(exception).toBeInstanceOf(HttpException);
    expect(exception).toMatchObject({ status: 500, cause: error });
  });

  it('are events, which are counted and reach every listener', () => {
    Reflect.apply(addSessionEvent, undefined, ['quotaReached']);
    const heard: unknown[] = [];
    const hub = new SessionEventHub({ warn: () => undefined, error: () => undefined }, null);
    hub.add({ quotaReached: (event: unknown) => heard.push(event) } as SessionObserver);
    const observer: Readonly<Record<string, unknown>> = { ...hub.toObserver() };
    const { quotaReached: tell } = observer;
    if (typeof tell === 'function') Reflect.apply(tell, observer, [{ publicId: 'public' }]);
    expect(heard).toEqual([{ publicId: 'public' }]);
    expect(hub.counts).toMatchObject({ quotaReached: 1, login: 0 });
  });
});
