import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Exchange } from '../http/exchange.js';
import { style } from './style.js';

/** Serves the style sheet: a file of its own, since a content security policy may forbid styles inside of pages. */
@Injectable()
export class AccountStyle {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  send({ response }: Exchange): void {
    const { httpAdapter } = this.adapterHost;
    httpAdapter.setHeader(response, 'Content-Type', 'text/css; charset=utf-8');
    httpAdapter.setHeader(response, 'Cache-Control', 'public, max-age=3600');
    httpAdapter.setHeader(response, 'X-Content-Type-Options', 'nosniff');
    httpAdapter.reply(response, style, 200);
  }
}
