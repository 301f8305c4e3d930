import { inspect } from 'node:util';
import type { Readable } from 'node:stream';
import type { GateDoors, Method, Passage, Writers } from './gate-doors.js';
import { headersIn, ResponseHead, substituteHead } from './head.js';
import { HeadersSentError, HeldResponse } from './held-response.js';
import type { RawResponse } from './platforms/raw.js';
import { answerTo } from './session-exception.js';

/** What stands behind the gate: a session that is to be saved before the answer to its request goes out. */
export interface GateKeeper {
  /** Saves. Returns nothing where nothing was to be done. @param status that the answer is going to have. */
  beforeHead(status: number): Promise<void> | undefined;
  /** Adds the session's headers. */
  writeHead(head: ResponseHead): void;
  /** The answer is complete, or its client has gone, some time after the head went out: saves what has changed since. */
  afterHead(): Promise<void> | undefined;
  /** Something failed: a save, or a call that waited for one. The client gets the answer for it, if it is not too late. */
  failed(error: unknown): void;
  /** A save has failed, so that the answer which is given is the one for that, whoever still writes another one. */
  readonly hasFailed: boolean;
  /** Whether an `end` right after `writeHead` is the server's own, so that nothing can have changed in between. */
  endsAtOnce(args: readonly unknown[]): boolean;
}

interface Call {
  readonly method: Method;
  readonly args: unknown[];
}

/**
 * Holds a response back until its session is saved. The first of `writeHead`, `flushHeaders`, `write` and `end` starts it;
 * what follows meanwhile waits in its order. Where nothing is to be saved, no turn of the event loop is lost.
 *
 * While the response waits, it looks as if its head had gone out, and `write` says that the buffer is full: a stream that
 * minds that waits, and is told to go on later, so nothing piles up here.
 */
export class ResponseGate implements Passage {
  #state: 'closed' | 'saving' | 'open' | 'ending' | 'failed' = 'closed';
  readonly #waiting: Call[] = [];
  readonly #original: Writers;
  #held: HeldResponse | null = null;
  #isHeadJustOut = false;

  constructor(
    private readonly response: RawResponse,
    private readonly keeper: GateKeeper,
    doors: GateDoors,
  ) {
    this.#original = doors.hang(response, this);
    if (!response.headersSent) return;
    // The session is asked for while the answer is on its way already.
    this.#state = 'open';
    this.#watchClose();
  }

  /** It hangs on the response, which applications log. */
  [inspect.custom](): string {
    return 'ResponseGate {}';
  }

  /** One call of the application, or of the server's own code, on the response. */
  pass(method: Method, args: unknown[]): unknown {
    switch (this.#state) {
      case 'open':
        return method === 'end' ? this.#end(args) : this.#write(method, args);
      case 'closed':
        return this.#open(method, args);
      case 'saving':
        return this.#wait(method, args);
      case 'ending':
        return method === 'write' || method === 'end' ? this.#wait(method, args) : this.#write(method, args);
      case 'failed':
        this.#drop([{ method, args }]);
        return method === 'write' ? false : this.response;
    }
  }

  #open(method: Method, args: unknown[]): unknown {
    const status = method === 'writeHead' && typeof args[0] === 'number' ? args[0] : this.response.statusCode;
    let saving: Promise<void> | undefined;
    try {
      saving = this.keeper.beforeHead(status);
    } catch (error) {
      this.#fail(error, [{ method, args }]);
      return method === 'write' ? false : this.response;
    }
    if (saving === undefined) return this.#release(method, args);

    this.#state = 'saving';
    const held = (this.#held = new HeldResponse(this.response));
    saving.then(
      () => {
        held.release();
        this.#state = 'closed';
        this.#releaseWaiting();
      },
      (error: unknown) => {
        held.release();
        this.#fail(error, this.#waiting.splice(0));
      },
    );
    return this.#wait(method, args);
  }

  #wait(method: Method, args: unknown[]): unknown {
    if (method === 'writeHead' && this.#waiting.length > 0) {
      // A wrapper such as compression may ask for the head before each write, which does nothing where it is out.
      if (headersIn(args) !== null) throw new HeadersSentError('write headers');
      return this.response;
    }
    if (method === 'end') this.#held?.end();
    this.#waiting.push({ method, args });
    return method === 'write' ? false : this.response;
  }

  /** The first call goes through, with the session's headers. */
  #release(method: Method, args: unknown[]): unknown {
    const given = method === 'writeHead' ? headersIn(args) : null;
    const head = new ResponseHead(this.response, given?.headers ?? null);
    this.keeper.writeHead(head);
    if (given !== null) args[given.index] = head.given;
    this.#state = 'open';
    try {
      const result = this.#write(method, args);
      if (method === 'writeHead') this.#noteHeadAlone();
      else if (method !== 'end') this.#watchClose();
      return result;
    } catch (error) {
      // Node refused what `writeHead` was given, and with it the session's headers: they belong to the next try.
      if (given !== null && !this.response.headersSent) this.#state = 'closed';
      throw error;
    }
  }

  #releaseWaiting(): void {
    let wrote = false;
    let full = false;
    try {
      for (const { method, args } of this.#waiting.splice(0)) {
        const result = this.#state === 'closed' ? this.#release(method, args) : this.pass(method, args);
        if (method !== 'write') continue;
        wrote = true;
        full = result === false;
      }
    } catch (error) {
      this.#giveUp(error);
    }
    // Whoever was told that the buffer is full waits for this event, which Node sends only where it was full indeed.
    if (wrote && !full) this.#tellToGoOn();
  }

  #write(method: Method, args: unknown[]): unknown {
    const result = this.#original[method].apply(this.response, args);
    if (method === 'end' && this.keeper.hasFailed) this.#refuseOthers();
    return result;
  }

  /** From here on what belongs to the answer that was meant to go out is dropped, instead of "write after end". */
  #refuseOthers(): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    // What was piped into it has no reader any more, and would be left open.
    this.response.on('unpipe', (source: Readable) => {
      if (source.listenerCount('data') === 0) source.destroy();
    });
  }

  /** The end of an answer whose head went out before: what has changed since is saved first. */
  #end(args: unknown[]): unknown {
    if (this.#isHeadJustOut && this.keeper.endsAtOnce(args)) return this.#write('end', args);
    const saving = this.#saveLate();
    if (saving === undefined) return this.#write('end', args);
    this.#state = 'ending';
    const held = (this.#held = new HeldResponse(this.response));
    this.#wait('end', args);
    void saving.then(() => {
      held.release();
      this.#state = 'open';
      try {
        for (const call of this.#waiting.splice(0)) this.#write(call.method, call.args);
      } catch (error) {
        this.#giveUp(error);
      }
    });
    return this.response;
  }

  /** A failure comes too late for the client; the keeper hears of it, and the answer is completed. */
  #saveLate(): Promise<void> | undefined {
    try {
      return this.keeper.afterHead()?.catch((error: unknown) => {
        this.keeper.failed(error);
      });
    } catch (error) {
      this.keeper.failed(error);
      return undefined;
    }
  }

  #noteHeadAlone(): void {
    this.#isHeadJustOut = true;
    queueMicrotask(() => {
      this.#isHeadJustOut = false;
      if (this.#state === 'open' && !this.response.writableEnded) this.#watchClose();
    });
  }

  #watchClose(): void {
    this.response.once('close', () => {
      if (this.#state === 'open' && !this.response.writableEnded) void this.#saveLate();
    });
  }

  /** The answer that was being given is dropped for one that tells of the failure. */
  #fail(error: unknown, dropped: readonly Call[]): void {
    this.keeper.failed(error);
    const [first] = dropped;
    const text = this.#substitute(error, first?.method === 'writeHead' ? first.args : []);
    this.#state = 'open';
    this.#write('end', [text]);
    this.#drop(dropped);
  }

  /** A call that had waited was no good, and its caller has gone on long since. */
  #giveUp(error: unknown): void {
    this.keeper.failed(error);
    if (this.response.headersSent) {
      this.response.destroy();
      return;
    }
    const text = this.#substitute(error, []);
    if (this.#state === 'closed') this.#release('end', [text]);
    else this.#write('end', [text]);
  }

  /** Gives the response the head of an answer to `error`. @returns its body */
  #substitute(error: unknown, headArgs: readonly unknown[]): Buffer {
    const { status, body } = answerTo(error);
    const text = Buffer.from(JSON.stringify(body));
    try {
      substituteHead(this.response, headersIn(headArgs)?.headers ?? null, status, text.length);
    } catch (refused) {
      // Headers that Node refuses would have failed the answer that is dropped, too: this one goes without them.
      this.keeper.failed(refused);
      substituteHead(this.response, null, status, text.length);
    }
    return text;
  }

  /**
   * Another answer was given: whoever waits for this one to go on must not wait for ever. One who writes without end must not
   * keep the event loop from sending that answer, either, and so is told in a later turn.
   */
  #drop(calls: readonly Call[]): void {
    for (const { args } of calls) {
      const last = args.at(-1);
      if (typeof last === 'function') process.nextTick(last);
    }
    setImmediate(() => this.response.emit('drain'));
  }

  #tellToGoOn(): void {
    process.nextTick(() => this.response.emit('drain'));
  }
}
