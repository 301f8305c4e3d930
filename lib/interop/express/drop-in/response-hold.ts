import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { types } from 'node:util';
import { forgetBody, setGivenHeaders } from './head.js';
import { LooksSent } from './looks-sent.js';

/** What a response is held back for. */
export interface HoldKeeper {
  /** The head is about to go out. A promise: everything waits for it, and where it fails, nothing of this answer is sent. */
  beforeHead(): Promise<void> | undefined;
  /** The Set-Cookie line for the head. Where it throws, the response goes without, and the keeper hears of it after that. */
  cookieLine(): string | undefined;
  /** The response is complete. A promise: its end waits, and takes place also where it fails. */
  beforeEnd(): Promise<void> | undefined;
  /** What was waited for has failed: before the head, so that another answer may be given, or after all of it. */
  failed(error: unknown): void;
}

type Method = 'writeHead' | 'flushHeaders' | 'write' | 'end';
type Writer = (...args: unknown[]) => unknown;
interface Call {
  readonly method: Method;
  readonly args: readonly unknown[];
}

const methods: readonly Method[] = ['writeHead', 'flushHeaders', 'write', 'end'];

/**
 * Holds a response back until its session is saved. What is called on it meanwhile waits in its order, and `write` says that the
 * buffer is full, so that a stream waits, too. Where nothing is to be saved, nothing waits.
 */
export class ResponseHold {
  #state: 'head' | 'body' | 'waiting' | 'failed' = 'head';
  #hasEnded = false;
  #waiting: Call[] = [];
  #lateError: unknown;
  readonly #original: Readonly<Record<Method, Writer>>;

  static on(res: ServerResponse, keeper: HoldKeeper): void {
    new ResponseHold(res, keeper);
  }

  private constructor(
    private readonly res: ServerResponse,
    private readonly keeper: HoldKeeper,
  ) {
    const writer = (method: Method): Writer => Reflect.get(res, method) as Writer;
    this.#original = {
      writeHead: writer('writeHead'),
      flushHeaders: writer('flushHeaders'),
      write: writer('write'),
      end: writer('end'),
    };
    for (const method of methods) {
      Reflect.set(res, method, (...args: unknown[]) => this.#arrive({ method, args }));
    }
  }

  #arrive(call: Call): unknown {
    if (this.#state === 'failed') return this.#answer(call);
    if (call.method === 'end') {
      if (this.#hasEnded) return this.#drop([call]);
      this.#hasEnded = true;
    }
    return this.#go(call);
  }

  #go(call: Call): unknown {
    if (this.#state === 'waiting') {
      this.#waiting.push(call);
      return call.method === 'write' ? false : this.res;
    }
    if (this.#state === 'head') return this.#begin(call);
    return this.#state === 'body' && call.method === 'end' ? this.#end(call) : this.#write(call);
  }

  #begin(call: Call): unknown {
    const saving = attempt(() => this.keeper.beforeHead());
    if (saving === undefined) return this.#open(call);
    return this.#wait(
      call,
      saving,
      (first) => this.#open(first),
      (error) => {
        this.#fail(error, this.#waiting.splice(0));
      },
    );
  }

  /** The head goes out with this call, and the cookie with it. */
  #open({ method, args }: Call): unknown {
    const line = this.#cookieLine();
    let given = args;
    if (line !== undefined) {
      if (method === 'writeHead') given = setGivenHeaders(this.res, args);
      this.res.appendHeader('Set-Cookie', line);
    }
    this.#state = 'body';
    return this.#go({ method, args: given });
  }

  #cookieLine(): string | undefined {
    try {
      return this.keeper.cookieLine();
    } catch (error) {
      this.#lateError = error;
      return undefined;
    }
  }

  #end(call: Call): unknown {
    const saving = attempt(() => this.keeper.beforeEnd());
    if (saving === undefined) return this.#write(call);
    const write = (end: Call): unknown => this.#write(end);
    return this.#wait(call, saving, write, (error) => {
      this.#release(write);
      setImmediate(() => {
        this.keeper.failed(error);
      });
    });
  }

  #wait(call: Call, saving: Promise<void>, goOn: (first: Call) => unknown, fail: (error: unknown) => void): unknown {
    this.#state = 'waiting';
    this.#waiting = [call];
    const looks = new LooksSent(this.res);
    saving.then(
      () => {
        looks.lift();
        this.#release(goOn);
      },
      (error: unknown) => {
        looks.lift();
        fail(error);
      },
    );
    return call.method === 'write' ? false : this.res;
  }

  #release(goOn: (first: Call) => unknown): void {
    const calls = this.#waiting.splice(0);
    const [first, ...others] = calls;
    if (first === undefined) return;
    let wrote: unknown;
    try {
      this.#state = 'body';
      wrote = goOn(first);
      for (const call of others) wrote = this.#go(call);
    } catch (error) {
      // Whoever called has long gone on, and cannot catch it.
      if (!this.res.headersSent) return this.#fail(error, []);
      this.res.destroy();
      return this.keeper.failed(error);
    }
    // Whoever was told that the buffer is full waits for this, which Node sends only where it was full indeed.
    const wasToldToWait = calls.some(({ method }) => method === 'write');
    if (wasToldToWait && wrote !== false) process.nextTick(() => this.res.emit('drain'));
  }

  /** The answer that tells of the failure; once it has ended, what still belongs to the other one is dropped. */
  #answer(call: Call): unknown {
    if (this.#hasEnded) return this.#drop([call]);
    const result = this.#write(call);
    // Not before: Node writes the head by calling itself.
    this.#hasEnded = call.method === 'end';
    // Whoever was told to wait may go on, and is dropped.
    if (this.#hasEnded) process.nextTick(() => this.res.emit('drain'));
    return result;
  }

  /** Nothing of the answer was sent: another one may be. */
  #fail(error: unknown, dropped: readonly Call[]): void {
    this.#state = 'failed';
    this.#hasEnded = false;
    forgetBody(this.res);
    // What was piped into it has no reader any more, and would be left open.
    this.res.on('unpipe', (source: Readable) => {
      if (source.listenerCount('data') === 0) source.destroy();
    });
    this.#drop(dropped);
    this.keeper.failed(error);
  }

  #write({ method, args }: Call): unknown {
    if (method === 'end' && this.#lateError !== undefined) setImmediate(() => this.keeper.failed(this.#lateError));
    return Reflect.apply(this.#original[method], this.res, args);
  }

  /** Whoever waits for what is not sent any more must not wait for ever. */
  #drop(calls: readonly Call[]): unknown {
    for (const { args } of calls) {
      const last = args.at(-1);
      if (typeof last === 'function') process.nextTick(last);
    }
    return this.res;
  }
}

function attempt(save: () => Promise<void> | undefined): Promise<void> | undefined {
  try {
    return save();
  } catch (error) {
    return Promise.reject(
      types.isNativeError(error) ? error : new Error('The session was not saved.', { cause: error }),
    );
  }
}
