import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { ExpressAdapter } from '@nestjs/platform-express';
import { performance } from 'node:perf_hooks';

/** How many requests run at once. */
export const parallelRequests = 20;

/** What makes a request the visitor's own. */
export interface VisitorHeaders {
  readonly cookie: string;
  /** As the browser gave it: a session that another client uses all of a sudden is not fresh any more. */
  readonly 'user-agent': string;
  readonly 'x-csrf-token': string;
}

export interface ParallelRun {
  readonly sent: number;
  readonly answered: number;
  readonly tookMs: number;
}

/**
 * Sends this very server twenty requests at the same moment, all with the visitor's own cookie: what a page with many
 * parts, or an impatient reader, does to a session. The address is this server's own, never one that somebody sent.
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
    if (address === null || typeof address === 'string') throw new Error('The shop does not listen on a port.');
    return `http://${address.family === 'IPv6' ? '[::1]' : '127.0.0.1'}:${String(address.port)}`;
  }
}
