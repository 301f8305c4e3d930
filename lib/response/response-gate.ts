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
 * Holds a response back until what belongs to it is saved. The first of `writeHead`, `flushHeaders`, `write` and `end` starts it;
 * what follows meanwhile waits in its order. Where nothing is to be saved, no turn of the event loop is lost.
 *
 * While the response waits, it looks as if its head had gone out, and `write` says that the buffer is full: a stream that
 * minds that waits, and is told to go on later, so nothing piles up here.
 */
export class ResponseGate implements Passage {
  #state: 'closed' | 'saving' | 'open' | 'ending' | 'failed' = 'closed';
  readonly #waiting: Call[] = [];
  readonly #original: Writers;
  /** Whether another one's methods get what goes through. */
  readonly #isWrapped: boolean;
  #held: HeldResponse | null = null;
  #isHeadJustOut = false;
  #isCutShort = false;

  /** Puts a gate at a response. It stays there until the response is over. */
  static install(response: RawResponse, keeper: GateKeeper): ResponseGate {
    return new ResponseGate(response, keeper);
  }

  private constructor(
    private readonly response: RawResponse,
    private readonly keeper: GateKeeper,
  ) {
    const { original, isWrapped } = hangGate(response, this);
    this.#original = original;
    this.#isWrapped = isWrapped;
    if (!response.headersSent) return;
    // The gate comes while the answer is on its way already.
    this.#state = 'open';
    this.#watchClose();
  }

  /** It hangs on the response, which applications log. */
  [inspect.custom](): string {
    return 'ResponseGate {}';
  }

  /** Ends an answer whose head has gone out. What is still written to it is dropped, and who writes it is not told of an error. */
  cutShort(): void {
    if (this.#isCutShort || this.response.writableEnded) return;
    this.#isCutShort = true;
    // By the doors above of all: compression still holds some of what was written.
    this.response.end();
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
      // Node asks for the head so, too, before it sends what somebody wrote past the gate.
      this.#held?.guard(() => {
        this.#goOnAtOnce();
      });
      if (this.#waiting.length > 0) {
        // A wrapper such as compression may ask for the head before each write, which does nothing where it is out.
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

  /** The first call goes through, with the keeper's headers. */
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
      // Node refused what `writeHead` was given, and with it the keeper's headers: they belong to the next try.
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
    if (wrote && !full) process.nextTick(() => this.#held?.tellToGoOn());
  }

  #write(method: Method, args: unknown[]): unknown {
    const result = this.#original[method].apply(this.response, args);
    if (method === 'end' && (this.keeper.hasFailed || this.#isCutShort)) this.#refuseOthers();
    return result;
  }

  /** The end of an answer whose head went out before: what has changed since is saved first. */
  #end(args: unknown[]): unknown {
    // Node would answer a second one with an error that nobody expects, for the first may have had to wait.
    if (this.response.writableEnded) return this.#ignore(args);
    if (this.#isHeadJustOut && this.keeper.endsAtOnce(args)) return this.#write('end', args);
    return this.#endAfter(this.#saveLate(false), args);
  }

  /** A failure comes too late for the client: the answer is completed, and the keeper hears of it. */
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
   * Something has called a method of Node's past all doors, and Node, which has asked for the head and got none, is about to send
   * its body alone: the head goes out before it, with the headers that are known by now.
   */
  #goOnAtOnce(): void {
    this.#held?.release();
    this.#state = 'closed';
    // Node has decided already how the body is going to be marked off.
    this.response.removeHeader('Transfer-Encoding');
    if ('shouldKeepAlive' in this.response) this.response.shouldKeepAlive = false;
    this.#releaseWaiting();
    this.keeper.report(
      new Error(
        'An answer was written by a method of Node that another package had kept, past the session: it could not wait, and has no cookie.',
      ),
    );
  }

  /** The answer that was being given is dropped for one that tells of the failure. */
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

  /** A call that had waited was no good, and its caller has gone on long since. */
  #giveUp(error: unknown): void {
    if (this.response.headersSent) {
      this.response.destroy();
      this.keeper.failed(error);
      return;
    }
    // What was to go with the head is saved, and belongs to the head of the other answer.
    if (this.#state === 'closed') this.keeper.writeHead(new ResponseHead(this.response, null));
    this.#fail(error, []);
  }

  #substituteHead(status: number, headArgs: readonly unknown[]): void {
    try {
      substituteHead(this.response, headersIn(headArgs)?.headers ?? null, status);
    } catch (refused) {
      // Headers that Node refuses would have failed the answer that is dropped, too: this one goes without them.
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
   * Another answer than the one that was being given goes right through. It comes by the doors above of all others: whoever has
   * wrapped the response may still hold some of the former answer, and may take itself to be done.
   */
  #letOthersAnswer(): void {
    this.#refuseOthers();
    let hasEnded = false;
    const pass = (method: Method, args: unknown[]): unknown => {
      if (hasEnded) return this.#dropOne(method, args);
      const result = this.#original[method].apply(this.response, args);
      // Not before: Node writes the head by calling the response itself.
      hasEnded = method === 'end';
      return result;
    };
    hangAbove(this.response, { pass });
  }

  /** From here on what belongs to the answer that was meant to go out is dropped, instead of "write after end". */
  #refuseOthers(): void {
    if (this.#state === 'failed') return;
    this.#state = 'failed';
    // A wrapper may have taken the doors away, to put back what it had found.
    hangAbove(this.response, this);
    // What was piped into it has no reader any more, and would be left open.
    this.response.on('unpipe', (source: Readable) => {
      if (source.listenerCount('data') === 0) source.destroy();
    });
  }

  #dropOne(method: Method, args: unknown[]): unknown {
    this.#drop([{ method, args }]);
    return method === 'write' ? false : this.response;
  }

  /**
   * Another answer was given: whoever waits for this one to go on must not wait for ever. One who writes without end must not
   * keep the event loop from sending that answer, either, and so is told in a later turn.
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
