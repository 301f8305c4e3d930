import { inspect } from 'node:util';
import type { Readable } from 'node:stream';
import { hangAbove, hangGate, type Method, type Passage, type Writers } from './doors.js';
import type { GateKeeper } from './gate-keeper.js';
import { headersIn, ResponseHead, substituteHead } from './head.js';
import { HeadersSentError, HeldResponse } from './held-response.js';
import type { RawResponse } from './raw-response.js';

interface Call {
  readonly method: Method;
  readonly args: unknown[];
}

/**
 * Holds a response back until what belongs to it is saved. The first call of `writeHead`, `flushHeaders`, `write` or `end`
 * starts the save; later calls are queued. If there is nothing to save, no turn of the event loop is lost.
 *
 * While the response waits, its headers seem to be sent, and `write` returns false: a stream that respects that pauses until
 * 'drain', so nothing accumulates here.
 */
export class ResponseGate implements Passage {
  #state: 'closed' | 'saving' | 'open' | 'ending' | 'failed' = 'closed';
  readonly #waiting: Call[] = [];
  readonly #original: Writers;
  /** Whether the calls go on to another package's methods. */
  readonly #isWrapped: boolean;
  #held: HeldResponse | null = null;
  #isHeadJustOut = false;
  #isCutShort = false;

  /** Attaches the gate to a response, for as long as that lasts. */
  constructor(
    private readonly response: RawResponse,
    private readonly keeper: GateKeeper,
  ) {
    const { original, isWrapped } = hangGate(response, this);
    this.#original = original;
    this.#isWrapped = isWrapped;
    if (!response.headersSent) return;
    // The gate was installed after the headers were sent.
    this.#state = 'open';
    this.#watchClose();
  }

  /** The gate is a property of the response, which applications log. */
  [inspect.custom](): string {
    return 'ResponseGate {}';
  }

  /** Ends a response whose headers have been sent. Later writes are dropped without an error. */
  cutShort(): void {
    if (this.#isCutShort || this.response.writableEnded) return;
    this.#isCutShort = true;
    // Through the outermost methods: compression still buffers some of the data.
    this.response.end();
  }

  /** One call on the response, by the application or the server itself. */
  pass(method: Method, args: unknown[]): unknown {
    switch (this.#state) {
      case 'open':
        return method === 'end' ? this.#end(args) : this.#write(method, args);
      case 'closed':
        return this.#open(method, args);
      case 'saving':
        return this.#wait(method, args);
      case 'ending':
        if (this.#isCutShort && method === 'write') return this.#dropOne(method, args);
        return method === 'write' || method === 'end' ? this.#wait(method, args) : this.#write(method, args);
      case 'failed':
        return this.#dropOne(method, args);
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
    void saving.then(
      () => {
        if (this.#state !== 'saving') return;
        held.release();
        this.#state = 'closed';
        this.#releaseWaiting();
      },
      (error: unknown) => {
        if (this.#state !== 'saving') {
          this.keeper.failed(error);
          return;
        }
        held.release();
        this.#fail(error, this.#waiting.splice(0));
      },
    );
    return this.#wait(method, args);
  }

  #wait(method: Method, args: unknown[]): unknown {
    if (method === 'writeHead') {
      // Node also asks for the headers this way before it sends data written past the gate.
      this.#held?.guard(() => {
        this.#goOnAtOnce();
      });
      if (this.#waiting.length > 0) {
        // A wrapper such as compression may ask for the headers before each write, which is a no-op once they are sent.
        if (headersIn(args) !== null) throw new HeadersSentError('write');
        return this.response;
      }
    }
    if (method === 'end') {
      if (this.#waiting.some((call) => call.method === 'end')) return this.#ignore(args);
      this.#held?.end();
    }
    this.#waiting.push({ method, args });
    return method === 'write' ? false : this.response;
  }

  /** Passes the first call on, with the keeper's headers. */
  #release(method: Method, args: unknown[]): unknown {
    const given = method === 'writeHead' ? headersIn(args) : null;
    const head = new ResponseHead(this.response, given?.headers ?? null, this.#isWrapped);
    this.keeper.writeHead(head);
    if (given !== null) args[given.index] = head.given;
    this.#state = 'open';
    if (method === 'end') return this.#endAfter(this.#saveLate(true), args);
    try {
      const result = this.#write(method, args);
      if (method === 'writeHead') this.#noteHeadAlone();
      else this.#watchClose();
      return result;
    } catch (error) {
      // Node rejected the arguments of `writeHead`, and with them the keeper's headers: they belong to the next attempt.
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
    // Callers that got false wait for 'drain', which Node emits only if its own buffer was full.
    if (wrote && !full) process.nextTick(() => this.#held?.tellToGoOn());
  }

  #write(method: Method, args: unknown[]): unknown {
    const result = this.#original[method].apply(this.response, args);
    if (method === 'end' && (this.keeper.hasFailed || this.#isCutShort)) this.#refuseOthers();
    return result;
  }

  /** The end of a response whose headers were sent before: later changes are saved first. */
  #end(args: unknown[]): unknown {
    // Node would report an unexpected error for a second call, because the first may have had to wait.
    if (this.response.writableEnded) return this.#ignore(args);
    if (this.#isHeadJustOut && this.keeper.endsAtOnce(args)) return this.#write('end', args);
    return this.#endAfter(this.#saveLate(false), args);
  }

  /** It is too late for an error response: the response is completed, and the keeper gets the error. */
  #endAfter(saving: Promise<void> | undefined, args: unknown[]): unknown {
    if (saving === undefined) return this.#write('end', args);
    this.#state = 'ending';
    const held = (this.#held = new HeldResponse(this.response));
    this.#wait('end', args);
    const end = (): void => {
      held.release();
      this.#state = 'open';
      try {
        for (const call of this.#waiting.splice(0)) this.#write(call.method, call.args);
      } catch (error) {
        this.#giveUp(error);
      }
    };
    void saving.then(end, (error: unknown) => {
      end();
      this.keeper.failed(error);
    });
    return this.response;
  }

  #saveLate(isAllOfIt: boolean): Promise<void> | undefined {
    try {
      return this.keeper.beforeEnd(isAllOfIt);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error('Saving failed.', { cause: error }));
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
      if (this.#state !== 'open' || this.response.writableEnded) return;
      this.#saveLate(false)?.catch((error: unknown) => {
        this.keeper.failed(error);
      });
    });
  }

  /**
   * Another package has called one of Node's methods past the gate, and Node, which asked for the headers and got none, is
   * about to send the body alone: the headers go out before it, as far as they are known by now.
   */
  #goOnAtOnce(): void {
    this.#held?.release();
    this.#state = 'closed';
    // Node has already decided how the body is delimited.
    this.response.removeHeader('Transfer-Encoding');
    if ('shouldKeepAlive' in this.response) this.response.shouldKeepAlive = false;
    this.#releaseWaiting();
    this.keeper.report(
      new Error(
        'A response was written through a method of Node that another package had kept, bypassing the session: it could not wait, and has no cookie.',
      ),
    );
  }

  /** Discards the current response for an error response. */
  #fail(error: unknown, dropped: readonly Call[]): void {
    const answer = this.keeper.answerTo(error);
    const [first] = dropped;
    this.#substituteHead(answer?.status ?? 500, first?.method === 'writeHead' ? first.args : []);
    if (answer === null) {
      this.#letOthersAnswer();
      this.#drop(dropped);
      this.keeper.failed(error);
      return;
    }
    this.keeper.failed(error);
    this.#state = 'open';
    try {
      this.#write('end', [this.#textOf(answer.body)]);
    } catch (refused) {
      // Nobody is left to catch it.
      this.keeper.report(refused);
      this.response.destroy();
    }
    this.#refuseOthers();
    this.#drop(dropped);
  }

  /** A queued call was invalid, and its caller has long returned. */
  #giveUp(error: unknown): void {
    if (this.response.headersSent) {
      this.response.destroy();
      this.keeper.failed(error);
      return;
    }
    // What belongs to the headers has been saved, so it goes with the error response.
    if (this.#state === 'closed') this.keeper.writeHead(new ResponseHead(this.response, null));
    this.#fail(error, []);
  }

  #substituteHead(status: number, headArgs: readonly unknown[]): void {
    try {
      substituteHead(this.response, headersIn(headArgs)?.headers ?? null, status);
    } catch (refused) {
      // Headers that Node rejects would have failed the discarded response, too: this one is sent without them.
      this.keeper.report(refused);
      substituteHead(this.response, null, status);
    }
  }

  #textOf(body: object): Buffer {
    const text = Buffer.from(JSON.stringify(body));
    this.response.setHeader('Content-Type', 'application/json; charset=utf-8');
    this.response.setHeader('Content-Length', text.length);
    return text;
  }

  /**
   * The error response bypasses the queue. It goes through the outermost methods: a wrapper of the response may still buffer
   * some of the former one, and may consider itself done.
   */
  #letOthersAnswer(): void {
    this.#refuseOthers();
    let hasEnded = false;
    const pass = (method: Method, args: unknown[]): unknown => {
      if (hasEnded) return this.#dropOne(method, args);
      const result = this.#original[method].apply(this.response, args);
      // Not before: Node writes the headers by calling the response itself.
      hasEnded = method === 'end';
      return result;
    };
    hangAbove(this.response, { pass });
  }

  /** From here on, calls that belong to the discarded response are ignored, instead of failing with "write after end". */
  #refuseOthers(): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    // A wrapper may have removed our methods when it restored the previous ones.
    hangAbove(this.response, this);
    // A source piped into it no longer has a reader, and would stay open.
    this.response.on('unpipe', (source: Readable) => {
      if (source.listenerCount('data') === 0) source.destroy();
    });
  }

  #dropOne(method: Method, args: unknown[]): unknown {
    this.#drop([{ method, args }]);
    return method === 'write' ? false : this.response;
  }

  /**
   * Another response was sent: callers waiting for this one must not wait for ever. They are notified in a later turn, so that
   * one that writes endlessly does not block the event loop.
   */
  #drop(calls: readonly Call[]): void {
    for (const { args } of calls) this.#ignore(args);
    setImmediate(() => {
      if (this.#held === null) this.response.emit('drain');
      else this.#held.tellToGoOn();
    });
  }

  #ignore(args: readonly unknown[]): RawResponse {
    const last = args.at(-1);
    if (typeof last === 'function') process.nextTick(last);
    return this.response;
  }
}
