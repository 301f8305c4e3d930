import { SessionGoneError } from '../errors.js';
import type { RawResponse } from '../response/raw-response.js';
import type { ResponseGate } from '../response/response-gate.js';
import { stateOf, type SessionObject } from '../session/session.js';
import type { HeldLogins } from '../endings/held-logins.js';

/** Watches the login that a response depends on: when it ends, an event stream is ended, and {@link ended} is aborted. */
export class LoginHold {
  /** Releases the login; null: the response does not hold it. */
  #letGo: (() => void) | null = null;
  #isLoginOver = false;
  #isEventStream = false;
  #ended: AbortController | null = null;

  constructor(
    private readonly logins: Pick<HeldLogins, 'hold'>,
    private readonly report: (error: unknown) => void,
    private readonly response: RawResponse | null,
    private readonly gate: ResponseGate | null,
  ) {}

  get isEventStream(): boolean {
    return this.#isEventStream;
  }

  becomeEventStream(): void {
    this.#isEventStream = true;
  }

  /** Aborted when the login ends. */
  get ended(): AbortSignal {
    return (this.#ended ??= new AbortController()).signal;
  }

  /** The same, for a login that is held as soon as its session is loaded; aborted also if that fails. */
  endedWith(
    handle: { readonly session: SessionObject | null },
    load: () => SessionObject | Promise<SessionObject>,
  ): AbortSignal {
    if (this.#ended !== null) return this.#ended.signal;
    const { ended } = this;
    const loaded = handle.session ?? load();
    if (loaded instanceof Promise) {
      loaded.then(
        () => {
          this.hold(handle.session);
        },
        (error: unknown) => {
          this.#ended?.abort(error);
        },
      );
    } else this.hold(handle.session);
    return ended;
  }

  /** Holds the login of the request's session, once. @param session null: it is not loaded yet. */
  hold(session: SessionObject | null): void {
    if (this.#isLoginOver) this.#end();
    if (session === null || this.#letGo !== null || this.#isLoginOver || hasClosed(this.response)) return;
    const letGo = (this.#letGo = this.logins.hold(stateOf(session), () => {
      this.#isLoginOver = true;
      this.#end();
    }));
    this.response?.once('close', letGo);
  }

  #end(): void {
    // A second call has no effect.
    this.#ended?.abort(new SessionGoneError('The login has ended.'));
    // The headers may be about to be sent, and with them everything that belongs to them.
    if (this.#isEventStream) queueMicrotask(() => this.#cutShort());
  }

  #cutShort(): void {
    try {
      this.gate?.cutShort();
    } catch (error) {
      // The error of another package that has wrapped a method of the response.
      this.report(error);
    }
  }
}

/** Whether the response can no longer be sent, and no event will say so. */
function hasClosed(response: RawResponse | null): boolean {
  return response !== null && (response.writableEnded || response.destroyed);
}
