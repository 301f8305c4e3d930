import type { RawResponse } from './raw-response.js';

/** The methods by which a response goes out. */
export type Method = 'writeHead' | 'flushHeaders' | 'write' | 'end';
export type Writer = (this: object, ...args: unknown[]) => unknown;
export type Writers = Readonly<Record<Method, Writer>>;

/** Where the calls on a response lead. */
export interface Passage {
  pass(method: Method, args: unknown[]): unknown;
}

/** The previous methods of a response. */
export interface Hung {
  /** The methods that would have been called otherwise. */
  readonly original: Writers;
  /** Whether another package had wrapped the response's methods before. */
  readonly isWrapped: boolean;
}

const methods: readonly Method[] = ['writeHead', 'flushHeaders', 'write', 'end'];

/** What a gate needs of a response. */
const needed = ['writeHead', 'write', 'end', 'setHeader', 'getHeader', 'removeHeader', 'once', 'emit'] as const;

const GATE = Symbol('session response gate');
/** The parts of a response that matter here. */
type Gated = { [GATE]?: Passage | undefined } & Partial<Record<Method, unknown>>;

/** One function per method for all responses: a closure per request would be too expensive. */
const shared: Readonly<Record<Method, (this: Gated, ...args: unknown[]) => unknown>> = {
  writeHead(...args) {
    const gate = this[GATE];
    return gate === undefined ? beneath(this, 'writeHead').apply(this, args) : gate.pass('writeHead', args);
  },
  flushHeaders(...args) {
    const gate = this[GATE];
    return gate === undefined ? beneath(this, 'flushHeaders').apply(this, args) : gate.pass('flushHeaders', args);
  },
  write(...args) {
    const gate = this[GATE];
    return gate === undefined ? beneath(this, 'write').apply(this, args) : gate.pass('write', args);
  },
  end(...args) {
    const gate = this[GATE];
    return gate === undefined ? beneath(this, 'end').apply(this, args) : gate.pass('end', args);
  },
};

/**
 * Whether it is a response at all. A WebSocket handshake has none, and middleware then gets `undefined`, an empty object, or an
 * object with a few methods.
 */
export function isResponse(value: unknown): value is RawResponse {
  if (typeof value !== 'object' || value === null) return false;
  return needed.every((method) => typeof Reflect.get(value, method) === 'function');
}

/**
 * Adds methods to a new response that a gate can be attached to later; until then, they behave as before.
 *
 * Express changes the prototype of every response, after which each added property costs about as much as a signed cookie: four
 * methods per response took a tenth of a request's time. Added before that, they cost next to nothing. They also stay if
 * another application, to which the response is passed, changes the prototype again.
 */
export function makeDoors(response: object): void {
  // Methods of another package would be hidden: the gate finds them when it is attached.
  if (hasOwnMethods(response)) return;
  const gated: Gated = response;
  gated[GATE] = undefined;
  gated.writeHead = shared.writeHead;
  gated.flushHeaders = shared.flushHeaders;
  gated.write = shared.write;
  gated.end = shared.end;
}

/**
 * Routes the calls on a response through its gate, wherever the response comes from and whatever wraps it: if it is not as
 * expected, the gate gets methods of its own on top.
 */
export function hangGate(response: RawResponse, gate: Passage): Hung {
  const gated: Gated = response;
  if (Object.hasOwn(gated, GATE)) {
    if (gated[GATE] === undefined && areClear(gated)) {
      gated[GATE] = gate;
      return { original: Object.getPrototypeOf(response) as Writers, isWrapped: false };
    }
    // A second gate, if an application with sessions is mounted in another one, cannot share the first one's methods; nor can
    // these be both above and below those of other packages.
    return hangAbove(response, gate);
  }
  const hung = { original: writersOf(response), isWrapped: hasOwnMethods(response) };
  Object.defineProperty(gated, GATE, { value: gate, configurable: true, writable: true });
  put(gated, shared);
  return hung;
}

/** Adds methods on top of all current ones. */
export function hangAbove(response: RawResponse, gate: Passage): Hung {
  const original = writersOf(response);
  put(response, {
    writeHead: (...args: unknown[]) => gate.pass('writeHead', args),
    flushHeaders: (...args: unknown[]) => gate.pass('flushHeaders', args),
    write: (...args: unknown[]) => gate.pass('write', args),
    end: (...args: unknown[]) => gate.pass('end', args),
  });
  return { original, isWrapped: true };
}

function put(response: Gated, doors: Readonly<Record<Method, unknown>>): void {
  for (const method of methods) {
    if (Object.hasOwn(response, method)) {
      // It may have been defined as read-only.
      Object.defineProperty(response, method, { value: doors[method], configurable: true, writable: true });
    } else if (method in response) {
      // Not every adapter's response has all of them.
      response[method] = doors[method];
    }
  }
}

function areClear(response: Gated): boolean {
  return (
    response.writeHead === shared.writeHead &&
    response.flushHeaders === shared.flushHeaders &&
    response.write === shared.write &&
    response.end === shared.end
  );
}

function hasOwnMethods(response: object): boolean {
  return methods.some((method) => Object.hasOwn(response, method));
}

/** The method below ours; `response` may also be an object whose prototype has ours. */
function beneath(response: Gated, method: Method): Writer {
  let holder = Object.getPrototypeOf(response) as Writers;
  while (holder[method] === shared[method]) holder = Object.getPrototypeOf(holder) as Writers;
  return holder[method];
}

function writersOf(response: RawResponse): Writers {
  const writer = (method: Method): Writer => Reflect.get(response, method) as Writer;
  return {
    writeHead: writer('writeHead'),
    flushHeaders: writer('flushHeaders'),
    write: writer('write'),
    end: writer('end'),
  };
}
