import compression from 'compression';
import express from 'express';
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
type Method = (...args: unknown[]) => unknown;

const wrapped = ['writeHead', 'write', 'end', 'flushHeaders'] as const;

/** As agents that trace requests do: wraps the methods of a response before anybody else has it. */
const trace: Middleware = (_request, response, next) => {
  for (const method of wrapped) {
    const former = Reflect.get(response, method) as Method;
    Reflect.set(response, method, function (this: unknown, ...args: unknown[]) {
      return Reflect.apply(former, this, args);
    });
  }
  next();
};

/** Puts an application into another one, behind its middleware: mounted, or called as a function where it is no Express. */
function mount(server: EventEmitter, instance: unknown, middleware: Middleware): void {
  const listeners = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  const parent = express().use(middleware);
  if (isExpress(instance)) parent.use(instance);
  else {
    parent.use((request, response) => {
      // The middleware of Fastify assigns these, which Express has as getters alone: without this, no such application works.
      for (const name of ['hostname', 'ip', 'ips', 'protocol', 'query']) {
        Object.defineProperty(request, name, {
          value: undefined,
          writable: true,
          configurable: true,
          enumerable: true,
        });
      }
      for (const listener of listeners) Reflect.apply(listener, server, [request, response]);
    });
  }
  server.on('request', parent);
}

function isExpress(instance: unknown): instance is express.RequestHandler {
  return typeof instance === 'function' && 'handle' in instance;
}

/** What an application may be surrounded by. It is done once the server listens. */
export const surroundings = {
  nothing: () => undefined,
  'an agent that traces requests': (server) => {
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      trace(request, response, () => undefined);
    });
  },
  'a parent application': (server, instance) => {
    mount(server, instance, (_request, _response, next) => {
      next();
    });
  },
  'a parent application that compresses': (server, instance) => {
    mount(server, instance, compression({ threshold: 0 }));
  },
} satisfies Record<string, (server: EventEmitter, instance: unknown) => void>;

export type Surroundings = keyof typeof surroundings;
