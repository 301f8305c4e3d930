import { SessionGoneError } from '../errors.js';
import type { SessionObserver } from './observer.js';
import type { SessionEncoder } from './session-encoder.js';
import { publicId } from './session-id.js';
import { stateOf, type SessionObject } from './session.js';

export interface LossOptions {
  /** Whether new sessions are permanent. */
  readonly permanent: boolean;
  /** What a request gets that changed a session which was ended meanwhile. */
  readonly onGone: 'drop' | 'error';
}

/** What happens to a request's session that is no longer stored. */
export class SessionLoss {
  constructor(
    private readonly encoder: Pick<SessionEncoder, 'idOf'>,
    private readonly options: LossOptions,
    private readonly observer: Required<SessionObserver>,
    private readonly now: () => number,
  ) {}

  /** The session was ended elsewhere, and what this request changed is dropped. Always true, or a SessionGoneError. */
  lose(session: SessionObject): true {
    const state = stateOf(session);
    const lost = this.encoder.idOf(state);
    state.becomeGone();
    state.noteLoss();
    this.observer.lateWrite({ publicId: publicId(lost) });
    if (this.options.onGone === 'error') {
      throw new SessionGoneError(
        'The session was ended by another request while this one was running. Log in and try again.',
      );
    }
    return true;
  }

  /** An emptied session has been removed from the store by this request, and is a new one. */
  beginAgain(session: SessionObject): void {
    const { flashes } = stateOf(session);
    stateOf(session).reset(this.now(), this.options.permanent, 'ended');
    stateOf(session).setFlashes(flashes);
  }

  /** Leaves an empty new session. @param end whether it was this request that ended the one before. */
  forget(session: SessionObject, end: 'ended' | null): void {
    session.clear();
    stateOf(session).reset(this.now(), this.options.permanent, end);
  }
}
