import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { ExpressAdapter } from '@nestjs/platform-express';
import { performance } from 'node:perf_hooks';

/** How many requests run in parallel. */
export const parallelRequests = 20;

/** The headers that make a request the visitor's own. */
export interface VisitorHeaders {
  readonly cookie: string;
  /** As the browser sent it: a login that moves to another client is no longer fresh. */
  readonly 'user-agent': string;
  readonly 'x-csrf-token': string;
}

export interface ParallelRun {
  readonly sent: number;
  readonly answered: number;
  readonly tookMs: number;
}

/**
 * Sends twenty requests to this server at once, all with the visitor's cookie, as a page with many parts or an impatient
 * visitor would. The address is the server's own, never one from a request.
 */
@Injectable()
export class ParallelUpdatesService {
  constructor(private readonly adapterHost: HttpAdapterHost<ExpressAdapter>) {}

  async run(visitor: VisitorHeaders): Promise<ParallelRun> {
    const url = `${this.#origin()}/api/session/stamps`;
    const headers = { ...visitor, 'content-type': 'application/json' };
    const began = performance.now();
    const outcomes = await Promise.all(
      Array.from({ length: parallelRequests }, async (_, index) => {
        const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ stamp: index + 1 }) });
        await response.arrayBuffer();
        return response.ok;
      }),
    );
    return {
      sent: parallelRequests,
      answered: outcomes.filter(Boolean).length,
      tookMs: Math.round(performance.now() - began),
    };
  }

  #origin(): string {
    const address = this.adapterHost.httpAdapter.getHttpServer().address();
    if (address === null || typeof address === 'string') throw new Error('The shop is not listening on a port.');
    return `http://${address.family === 'IPv6' ? '[::1]' : '127.0.0.1'}:${String(address.port)}`;
  }
}
