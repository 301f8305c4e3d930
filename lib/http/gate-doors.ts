import type { RawResponse } from './platforms/raw.js';

/** The calls by which a response goes out. */
export type Method = 'writeHead' | 'flushHeaders' | 'write' | 'end';
export type Writer = (this: RawResponse, ...args: unknown[]) => unknown;
export type Writers = Readonly<Record<Method, Writer>>;

const methods: readonly Method[] = ['writeHead', 'flushHeaders', 'write', 'end'];

/** What the calls on a response come to. */
export interface Passage {
  pass(method: Method, args: unknown[]): unknown;
}

/** How the calls on a response are led to its gate. */
export interface GateDoors {
  /** @returns what the calls would have come to without the gate */
  hang(response: RawResponse, gate: Passage): Writers;
}

const GATE = Symbol('session response gate');
type Gated = RawResponse & { [GATE]?: Passage };

/** Puts methods of its own on each response. */
export class OwnDoors implements GateDoors {
  hang(response: RawResponse, gate: Passage): Writers {
    const original = writersOf(response);
    const gated: Gated = response;
    const isFirst = gated[GATE] === undefined;
    if (isFirst) Object.defineProperty(gated, GATE, { value: gate });
    // A second gate, where an application with sessions is mounted in another one, cannot share the place of the first.
    Object.assign(gated, isFirst ? sharedMethods : methodsOf(gate));
    return original;
  }
}

/** One function each for all responses: a closure for every request would cost more than it is worth. */
const sharedMethods: Readonly<Record<Method, (this: Gated, ...args: unknown[]) => unknown>> = {
  writeHead(...args) {
    return this[GATE]?.pass('writeHead', args);
  },
  flushHeaders(...args) {
    return this[GATE]?.pass('flushHeaders', args);
  },
  write(...args) {
    return this[GATE]?.pass('write', args);
  },
  end(...args) {
    return this[GATE]?.pass('end', args);
  },
};

function methodsOf(gate: Passage): Readonly<Record<Method, (...args: unknown[]) => unknown>> {
  return {
    writeHead: (...args) => gate.pass('writeHead', args),
    flushHeaders: (...args) => gate.pass('flushHeaders', args),
    write: (...args) => gate.pass('write', args),
    end: (...args) => gate.pass('end', args),
  };
}

type Bearer = RawResponse & Record<symbol, Passage | undefined>;

/**
 * Puts the methods on the prototype of a server's responses, once, where they look whether a response has a gate.
 *
 * Express changes the prototype of every response, and each property that is then added to it costs about as much as a signed
 * cookie does: four methods on each response were a tenth of the time of a whole request.
 */
export class PrototypeDoors implements GateDoors {
  /** Where a response keeps its gate. */
  readonly slot = Symbol('session response gate');

  /** @param prototype of the responses of one application */
  constructor(private readonly prototype: object) {
    for (const method of methods) {
      Object.defineProperty(prototype, method, { value: this.#door(method), configurable: true, writable: true });
    }
  }

  hang(response: RawResponse, gate: Passage): Writers {
    (response as Bearer)[this.slot] = gate;
    return this.#above;
  }

  /** What the prototype would have inherited: another one, once the application is mounted in another. */
  get #above(): Writers {
    return Object.getPrototypeOf(this.prototype) as Writers;
  }

  #door(method: Method): Writer {
    const { slot } = this;
    const above = (): Writer => this.#above[method];
    return function (...args) {
      const gate = (this as Bearer)[slot];
      return gate === undefined ? above().apply(this, args) : gate.pass(method, args);
    };
  }
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
