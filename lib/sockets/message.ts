import { HttpException } from '@nestjs/common';
import { isSessionError } from '../errors.js';
import { codeOf } from '../http/operation-error.js';
import type { Current } from '../http/current-session.js';
import type { RequestSession, SocketTrail } from '../http/request-session.js';
import type { SessionRuntime } from '../http/session-runtime.js';
import type { ShownTokens } from '../session/session-reference.js';
import type { SessionState } from '../session/session-state.js';
import { stateOf, type SessionObject } from '../session/session.js';
import type { Refusal } from './refusal.js';

/** The socket of a message. */
export interface MessageSource extends SocketTrail {
  readonly runtime: SessionRuntime;
  /** The request by which it was opened. */
  readonly handshake: object;
  errorFor(refusal: Refusal): Error;
  /** A message has extended the session, or not. */
  noteUse(state: SessionState): void;
}

/** A message of a socket while it is handled, and the session that its handler gets: read on demand, and anew for each. */
export class Message implements Current, SocketTrail {
  #session: RequestSession | null = null;
  #state: SessionState | null = null;
  /** The error of a failed save, which is passed on as it is. */
  #failure: unknown = null;

  constructor(
    private readonly connection: MessageSource,
    readonly client: object,
  ) {}

  get runtime(): SessionRuntime {
    return this.connection.runtime;
  }

  get session(): RequestSession {
    return (this.#session ??= this.runtime.ofHandshake(this.connection.handshake, this));
  }

  errorFor(refusal: Refusal): Error {
    return this.connection.errorFor(refusal);
  }

  get shown(): ShownTokens {
    return this.connection.shown;
  }

  get isUse(): boolean {
    return this.connection.isUse;
  }

  follow(session: SessionObject | null): SessionObject | null | Promise<SessionObject | null> {
    const followed = this.connection.follow(session);
    return followed instanceof Promise ? followed.then((found) => this.#found(found)) : this.#found(followed);
  }

  /** Saves what the handler has changed; undefined: there is nothing to do. */
  save(): Promise<void> | undefined {
    try {
      return this.#session?.commit()?.then(
        () => {
          this.#settle();
        },
        (error: unknown) => this.#notSaved(error),
      );
    } catch (error) {
      return this.#notSaved(error);
    }
  }

  /** The handler has failed: saves what it changed, unless the application wants that dropped. Always rejects. */
  async fail(error: unknown): Promise<never> {
    if (error === this.#failure) throw error;
    try {
      if (this.runtime.options.commitOnError) await this.save();
      else this.#session?.handle.discard();
    } catch (failure) {
      this.runtime.report(error);
      throw failure;
    }
    throw this.#ownError(error);
  }

  #found(session: SessionObject | null): SessionObject | null {
    this.#state = session && stateOf(session);
    return session;
  }

  #settle(): void {
    if (this.#state !== null) this.connection.noteUse(this.#state);
  }

  #notSaved(error: unknown): never {
    this.#session?.handle.discard();
    this.#failure = this.#ownError(error);
    throw this.#failure;
  }

  /** Clients of sockets get no status. What is the application's mistake is left to Nest, which logs it. */
  #ownError(error: unknown): unknown {
    if (!(error instanceof HttpException) || !isSessionError(error.cause)) return error;
    return error.getStatus() === 503 ? this.errorFor({ code: codeOf(error), message: error.message }) : error.cause;
  }
}
