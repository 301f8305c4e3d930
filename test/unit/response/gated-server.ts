import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import express from 'express';
import { makeDoors } from '../../../lib/response/doors.js';
import type { GateKeeper, SubstituteAnswer } from '../../../lib/response/gate-keeper.js';
import type { ResponseHead } from '../../../lib/response/head.js';
import { ResponseGate } from '../../../lib/response/response-gate.js';

export type Work = (response: ServerResponse) => unknown;

/** Saves in some later turn, or fails to, and writes the order of things down in a header. */
export class SlowKeeper implements GateKeeper {
  readonly reported: unknown[] = [];
  saved = 0;
  hasFailed = false;
  heads = 0;

  constructor(
    private readonly error: Error | null,
    private readonly answer: ((error: unknown) => void) | null,
  ) {}

  async beforeHead(): Promise<void> {
    await turn();
    await turn();
    if (this.error !== null) throw this.error;
    this.saved++;
  }

  writeHead(head: ResponseHead): void {
    this.heads++;
    head.addCookie(`saved=${String(this.saved)}`);
  }

  beforeEnd(): undefined {
    return undefined;
  }

  answerTo(): SubstituteAnswer | null {
    return this.answer === null ? { status: 503, body: { refused: true } } : null;
  }

  failed(error: unknown): void {
    this.hasFailed = true;
    this.answer?.(error);
  }

  report(error: unknown): void {
    this.reported.push(error);
  }

  endsAtOnce(): boolean {
    return false;
  }
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** How a response comes to its gate, past what an agent does to it. */
export type Way = (handle: Handle, agent: Work) => Server;

export const ways: Readonly<Record<string, Way>> = {
  'a server of node:http': (handle, agent) =>
    createServer((request, response) => {
      agent(response);
      handle(request, response);
    }),
  'Express, with doors that are made when a request comes': (handle, agent) => {
    const app = express().use(handle);
    const server = createServer(app);
    server.prependListener('request', (_request, response) => {
      makeDoors(response);
    });
    server.prependListener('request', (_request, response) => {
      agent(response);
    });
    return server;
  },
  'Express, with doors beneath what an agent does': (handle, agent) => {
    const server = createServer(express().use(handle));
    server.prependListener('request', (_request, response) => {
      makeDoors(response);
      agent(response);
    });
    return server;
  },
  'Express that another Express calls as a function': (handle, agent) => {
    const inner = express().use(handle);
    const outer = express().use((request, response) => {
      agent(response);
      inner(request, response);
    });
    return createServer(outer);
  },
};

export interface Plan {
  /** Done to the response before its gate is hung. */
  readonly before: Work;
  /** Done after that. */
  readonly after: Work;
  readonly answer: Work;
  /** Why saving fails; null: it does not. */
  readonly error?: Error | null;
  /** Gives the answer of a failure, in place of the keeper. */
  readonly onError?: ((response: ServerResponse, error: unknown) => void) | null;
  readonly method?: string;
}

export interface Answer {
  readonly bytes: string;
  readonly status: number;
  readonly head: string;
  readonly body: string;
  readonly keeper: SlowKeeper;
}

/** A server whose responses have a gate, and which does with each of them what it is told. */
export class GatedServer {
  #plan: Plan = { before: () => undefined, after: () => undefined, answer: (response) => response.end() };
  #keeper: SlowKeeper | null = null;
  readonly #server: Server;

  constructor(way: Way) {
    this.#server = way(
      (_request, response) => {
        const { onError } = this.#plan;
        const answer = onError
          ? (error: unknown): void => {
              onError(response, error);
            }
          : null;
        this.#keeper = new SlowKeeper(this.#plan.error ?? null, answer);
        new ResponseGate(response, this.#keeper);
        this.#plan.after(response);
        this.#plan.answer(response);
      },
      (response) => this.#plan.before(response),
    );
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Sends one request, and reads what comes byte by byte: a client would hide what is no answer at all. */
  async ask(plan: Plan): Promise<Answer> {
    this.#plan = plan;
    const socket = connect((this.#server.address() as AddressInfo).port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
    socket.write(`${plan.method ?? 'GET'} / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n`);
    await once(socket, 'close');
    if (this.#keeper === null) throw new Error('There was no request.');
    const bytes = Buffer.concat(chunks).toString('latin1');
    const at = bytes.indexOf('\r\n\r\n');
    const head = bytes.slice(0, at);
    const rest = bytes.slice(at + 4);
    const body = /transfer-encoding: chunked/i.test(head) ? unchunked(rest) : rest;
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? Number.NaN);
    return { bytes, status, head, body, keeper: this.#keeper };
  }
}

function unchunked(text: string): string {
  let body = '';
  for (let at = 0; ;) {
    const end = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, end), 16);
    if (end === -1 || Number.isNaN(size)) return `${body}<broken>`;
    if (size === 0) return body;
    body += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
}
