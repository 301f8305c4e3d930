import type { RawResponse } from './raw-response.js';

/** The calls by which a response goes out. */
export type Method = 'writeHead' | 'flushHeaders' | 'write' | 'end';
export type Writer = (this: object, ...args: unknown[]) => unknown;
export type Writers = Readonly<Record<Method, Writer>>;

/** What the calls on a response come to. */
export interface Passage {
  pass(method: Method, args: unknown[]): unknown;
}

/** What lies behind the doors of a response. */
export interface Hung {
  /** What the calls would have come to without them. */
  readonly original: Writers;
  /** Whether another one's methods lay on the response, which now are behind the doors. */
  readonly isWrapped: boolean;
}

const methods: readonly Method[] = ['writeHead', 'flushHeaders', 'write', 'end'];

const GATE = Symbol('session response gate');
/** A response as far as doors go. */
type Gated = { [GATE]?: Passage | undefined } & Partial<Record<Method, unknown>>;

/** One function each for all responses: a closure for every request would cost more than it is worth. */
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
 * Puts doors at a response that has just come from its server, for a gate that may be hung there later: until then they lead
 * where they would without.
 *
 * Express changes the prototype of every response, and each property that is then added to it costs about as much as a signed
 * cookie does: four methods on each response were a tenth of the time of a whole request. Added before, they cost next to
 * nothing. And they stay where they are when another application, to which the response is handed, changes the prototype again.
 */
export function makeDoors(response: object): void {
  // Somebody was here before, whose methods would be hidden: the gate finds them when it is hung.
  if (hasOwnMethods(response)) return;
  const gated: Gated = response;
  gated[GATE] = undefined;
  gated.writeHead = shared.writeHead;
  gated.flushHeaders = shared.flushHeaders;
  gated.write = shared.write;
  gated.end = shared.end;
}

/**
 * Leads the calls on a response to its gate, wherever the response comes from and whoever has put methods on it: where there is
 * anything that was not expected, the gate gets doors of its own above all of it.
 */
export function hangGate(response: RawResponse, gate: Passage): Hung {
  const gated: Gated = response;
  if (Object.hasOwn(gated, GATE)) {
    if (gated[GATE] === undefined && areClear(gated)) {
      gated[GATE] = gate;
      return { original: Object.getPrototypeOf(response) as Writers, isWrapped: false };
    }
    // A second gate, where an application with sessions is mounted in another one, cannot share the place of the first; nor can
    // the doors lie both above and below of what others have put there.
    return hangAbove(response, gate);
  }
  const hung = { original: writersOf(response), isWrapped: hasOwnMethods(response) };
  Object.defineProperty(gated, GATE, { value: gate, configurable: true, writable: true });
  put(gated, shared);
  return hung;
}

/** Puts further doors above all that lies on the response now. */
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
      // It may have been defined as one that cannot be assigned to.
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

/** What a method would be without the doors; `response` may also be an object that has the one with the doors as its prototype. */
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
