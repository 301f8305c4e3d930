import { STATUS_CODES } from 'node:http';
import { ResponseHead, type HeadArgument } from './head.js';
import type { RawResponse } from './platforms/platform.js';
import { answerTo } from './session-exception.js';

/** What stands behind the gate: a session that is to be saved before the answer to its request goes out. */
export interface GateKeeper {
  /** Saves. Returns nothing where nothing was to be done. @param status that the answer is going to have. */
  beforeHead(status: number): Promise<void> | undefined;
  /** Adds the session's headers. */
  writeHead(head: ResponseHead): void;
  /** The answer is complete, or its client has gone, some time after the head went out: saves what has changed since. */
  afterHead(): Promise<void> | undefined;
  /** A save that failed; the client gets the answer for it. */
  failed(error: unknown): void;
  /** Whether the head and the end come from the server's own code, so that nothing can have changed in between. */
  answersAtOnce(): boolean;
}

type Method = 'writeHead' | 'flushHeaders' | 'write' | 'end';
type Writer = (this: RawResponse, ...args: unknown[]) => unknown;

const GATE = Symbol('session response gate');
type Gated = RawResponse & { [GATE]: ResponseGate };

/** What Node says to a change of headers that have gone out. */
class HeadersSentError extends Error {
  readonly code = 'ERR_HTTP_HEADERS_SENT';
}

/**
 * Holds a response back until its session is saved. The first of `writeHead`, `flushHeaders`, `write` and `end` starts it;
 * what follows meanwhile waits in its order. Where nothing is to be saved, no turn of the event loop is lost.
 *
 * While the response waits, it looks as if its head had gone out, and `write` says that the buffer is full: a stream that
 * minds that waits, and is told to go on later, so nothing piles up here.
 */
export class ResponseGate {
  #state: 'closed' | 'saving' | 'open' | 'ending' | 'failed' = 'closed';
  readonly #waiting: { readonly method: Method; readonly args: unknown[] }[] = [];
  readonly #original: Readonly<Record<Method, Writer>>;
  #headAlone = false;
  #watchesClose = false;

  constructor(
    private readonly response: RawResponse,
    private readonly keeper: GateKeeper,
  ) {
    this.#original = {
      writeHead: response.writeHead as Writer,
      flushHeaders: response.flushHeaders as Writer,
      write: response.write as Writer,
      end: response.end as Writer,
    };
    const gated = response as Gated;
    gated[GATE] = this;
    gated.writeHead = gatedMethods.writeHead as Gated['writeHead'];
    gated.flushHeaders = gatedMethods.flushHeaders as Gated['flushHeaders'];
    gated.write = gatedMethods.write as Gated['write'];
    gated.end = gatedMethods.end as Gated['end'];
  }

  /** One call of the application, or of the server's own code, on the response. */
  pass(method: Method, args: unknown[]): unknown {
    switch (this.#state) {
      case 'open':
        return method === 'end' ? this.#end(args) : this.#write(method, args);
      case 'closed':
        return this.#open(method, args);
      case 'saving':
      case 'ending':
        this.#waiting.push({ method, args });
        return method === 'write' ? false : this.response;
      case 'failed':
        // Another answer has been given in its place.
        callbackIn(args)?.();
        return method === 'write' ? true : this.response;
    }
  }

  #open(method: Method, args: unknown[]): unknown {
    const status = method === 'writeHead' && typeof args[0] === 'number' ? args[0] : this.response.statusCode;
    let saving: Promise<void> | undefined;
    try {
      saving = this.keeper.beforeHead(status);
    } catch (error) {
      this.#fail(error);
      return this.response;
    }
    if (saving === undefined) return this.#release(method, args);

    this.#state = 'saving';
    this.#waiting.push({ method, args });
    pretendHeadIsOut(this.response);
    saving.then(
      () => {
        stopPretending(this.response);
        this.#state = 'closed';
        this.#releaseWaiting();
      },
      (error: unknown) => {
        stopPretending(this.response);
        this.#fail(error);
      },
    );
    return method === 'write' ? false : this.response;
  }

  /** The first call goes through, with the session's headers. */
  #release(method: Method, args: unknown[]): unknown {
    const index = headIndex(method, args);
    const head = new ResponseHead(this.response, index < 0 ? null : (args[index] as HeadArgument));
    this.keeper.writeHead(head);
    if (index >= 0) args[index] = head.given;
    this.#state = 'open';
    if (method === 'writeHead' && this.keeper.answersAtOnce()) {
      this.#headAlone = true;
      queueMicrotask(() => (this.#headAlone = false));
    }
    return this.#write(method, args);
  }

  #releaseWaiting(): void {
    const calls = this.#waiting.splice(0);
    let full = false;
    let wrote = false;
    for (const [index, { method, args }] of calls.entries()) {
      const result = index === 0 && this.#state === 'closed' ? this.#release(method, args) : this.pass(method, args);
      if (method === 'write') {
        wrote = true;
        full = result === false;
      }
    }
    // Whoever was told that the buffer is full waits for this event, which Node sends only where it was full indeed.
    if (wrote && !full) process.nextTick(() => this.response.emit('drain'));
  }

  #write(method: Method, args: unknown[]): unknown {
    if (method === 'write' && !this.#watchesClose) this.#watchClose();
    return this.#original[method].apply(this.response, args);
  }

  /** The end of an answer whose head went out before: what has changed since is saved first. */
  #end(args: unknown[]): unknown {
    if (this.#headAlone) return this.#write('end', args);
    const saving = this.#saveLate();
    if (saving === undefined) return this.#write('end', args);
    this.#state = 'ending';
    void saving.finally(() => {
      this.#state = 'open';
      this.#write('end', args);
      for (const call of this.#waiting.splice(0)) this.#write(call.method, call.args);
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

  #watchClose(): void {
    this.#watchesClose = true;
    this.response.once('close', () => {
      if (this.#state === 'open' && !this.response.writableEnded) void this.#saveLate();
    });
  }

  /** The answer that was being given is dropped for one that tells of the failure. */
  #fail(error: unknown): void {
    this.keeper.failed(error);
    const { response } = this;
    const { status, body } = answerTo(error);
    const text = Buffer.from(JSON.stringify(body));
    const waiting = this.#waiting.splice(0);
    for (const name of response.getHeaderNames()) if (describesBody(name)) response.removeHeader(name);
    response.statusCode = status;
    if ('statusMessage' in response && response.req.httpVersionMajor === 1) response.statusMessage = STATUS_CODES[status] ?? '';
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('Content-Length', text.length);
    response.setHeader('Cache-Control', 'no-store');
    this.#state = 'open';
    this.#write('end', [text]);
    this.#state = 'failed';
    for (const { args } of waiting) callbackIn(args)?.();
  }
}

/** One function each for all responses: a closure for every request would cost more than it is worth. */
const gatedMethods: Readonly<Record<Method, (this: Gated, ...args: unknown[]) => unknown>> = {
  writeHead(...args) {
    return this[GATE].pass('writeHead', args);
  },
  flushHeaders(...args) {
    return this[GATE].pass('flushHeaders', args);
  },
  write(...args) {
    return this[GATE].pass('write', args);
  },
  end(...args) {
    return this[GATE].pass('end', args);
  },
};

/** Where in the arguments of `writeHead` the headers are; -1: nowhere. */
function headIndex(method: Method, args: readonly unknown[]): number {
  if (method !== 'writeHead') return -1;
  const index = typeof args[1] === 'string' ? 2 : args[1] === undefined || args[1] === null ? 2 : 1;
  return typeof args[index] === 'object' && args[index] !== null ? index : -1;
}

const headerChanges = ['setHeader', 'removeHeader', 'appendHeader', 'setHeaders'] as const;

/** An answer that waits must not be changed by a second one that would be begun in its place. */
function pretendHeadIsOut(response: RawResponse): void {
  Object.defineProperty(response, 'headersSent', { value: true, configurable: true });
  for (const name of headerChanges) {
    const value = (): never => {
      throw new HeadersSentError(`Cannot ${name} after headers are sent to the client`);
    };
    if (name in response) Object.defineProperty(response, name, { value, configurable: true, writable: true });
  }
}

function stopPretending(response: RawResponse): void {
  Reflect.deleteProperty(response, 'headersSent');
  for (const name of headerChanges) Reflect.deleteProperty(response, name);
}

function describesBody(name: string): boolean {
  return /^(?:content-|transfer-encoding$|etag$|last-modified$|expires$|accept-ranges$|location$|vary$)/i.test(name);
}

function callbackIn(args: readonly unknown[]): (() => void) | undefined {
  const last = args.at(-1);
  return typeof last === 'function' ? (last as () => void) : undefined;
}
