import { RequestMethod, StreamableFile } from '@nestjs/common';
import { AbstractHttpAdapter } from '@nestjs/core';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

type Next = (error?: unknown) => void;
type Handler = (request: IncomingMessage, response: ServerResponse, next: Next) => unknown;

type MiddlewareFactory = ReturnType<AbstractHttpAdapter['createMiddlewareFactory']>;

interface Layer {
  readonly method: string | null;
  readonly path: string | null;
  readonly handler: Handler;
}

/**
 * A small Nest adapter right on node:http: exact paths, no bodies. It hands on Node's own request and response, as Nest's
 * NodeAdapter does.
 */
export class BareNodeAdapter extends AbstractHttpAdapter<Server, IncomingMessage, ServerResponse> {
  private readonly layers: Layer[] = [];
  private readonly notFound: Handler[] = [];
  private onError: (error: unknown, request: IncomingMessage, response: ServerResponse, next: Next) => unknown = () =>
    undefined;

  constructor() {
    super({});
    for (const method of ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'all'] as const) {
      this[method] = (...args: [unknown, Handler?]) => {
        const [path, handler] = typeof args[0] === 'string' ? [args[0], args[1]] : [null, args[0] as Handler];
        if (handler) this.layers.push({ method: method === 'all' ? null : method.toUpperCase(), path, handler });
      };
    }
  }

  override use(handler: Handler): void {
    this.layers.push({ method: null, path: null, handler });
  }

  override listen(port: string | number, ...rest: unknown[]): Server {
    const [hostname, callback] = typeof rest[0] === 'string' ? [rest[0], rest[1]] : ['127.0.0.1', rest[0]];
    return this.httpServer.listen(Number(port), hostname, callback as () => void);
  }

  override initHttpServer(): void {
    this.httpServer = createServer((request, response) => {
      const { searchParams } = new URL(request.url ?? '/', 'http://test');
      // Behind an Express, there is one that cannot be assigned to.
      Object.defineProperty(request, 'query', { value: Object.fromEntries(searchParams), configurable: true });
      this.run(request, response, 0);
    });
  }

  override close(): Promise<void> {
    this.httpServer.closeAllConnections();
    return new Promise((resolve) => void this.httpServer.close(() => resolve()));
  }

  override reply(response: ServerResponse, body: unknown, statusCode?: number): void {
    if (statusCode !== undefined) response.statusCode = statusCode;
    if (body instanceof StreamableFile) {
      response.setHeader('Content-Type', body.getHeaders().type);
      body.getStream().pipe(response);
    } else if (typeof body === 'object' && body !== null) {
      response.setHeader('Content-Type', 'application/json; charset=utf-8');
      response.end(JSON.stringify(body));
    } else if (body === undefined || body === null) response.end();
    else response.end(typeof body === 'string' ? body : JSON.stringify(body));
  }

  override createMiddlewareFactory(method: RequestMethod): Awaited<MiddlewareFactory> {
    const name = method === RequestMethod.ALL ? null : RequestMethod[method];
    return (_path, callback) => {
      const handler: Handler = (...args) => Reflect.apply(callback, undefined, args) as unknown;
      this.layers.push({ method: name, path: null, handler });
    };
  }

  override setErrorHandler(handler: typeof this.onError): void {
    this.onError = handler;
  }

  override setNotFoundHandler(handler: Handler): void {
    this.notFound.push(handler);
  }

  override redirect(response: ServerResponse, statusCode: number, url: string): void {
    response.writeHead(statusCode, { Location: url }).end();
  }

  override end(response: ServerResponse, message?: string): void {
    response.end(message);
  }

  override status(response: ServerResponse, statusCode: number): void {
    response.statusCode = statusCode;
  }

  override isHeadersSent(response: ServerResponse): boolean {
    return response.headersSent;
  }

  override getHeader(response: ServerResponse, name: string): unknown {
    return response.getHeader(name);
  }

  override setHeader(response: ServerResponse, name: string, value: string): void {
    response.setHeader(name, value);
  }

  override appendHeader(response: ServerResponse, name: string, value: string): void {
    response.appendHeader(name, value);
  }

  override getRequestHostname(request: IncomingMessage): string {
    return request.headers.host ?? '';
  }

  override getRequestMethod(request: IncomingMessage): string {
    return request.method ?? 'GET';
  }

  override getRequestUrl(request: IncomingMessage): string {
    return request.url ?? '/';
  }

  override getType(): string {
    return 'bare-node';
  }

  override applyVersionFilter(handler: Handler): () => Handler {
    return () => handler;
  }

  override registerParserMiddleware(): void {}
  override enableCors(): void {}
  override useStaticAssets(): void {}
  override setViewEngine(): void {}
  override render(): void {}

  private run(request: IncomingMessage, response: ServerResponse, from: number): void {
    const path = (request.url ?? '/').split('?')[0];
    const stack: readonly Layer[] = [
      ...this.layers,
      ...this.notFound.map((handler) => ({ method: null, path: null, handler })),
    ];
    const index = stack.findIndex(
      (layer, at) =>
        at >= from &&
        (layer.method === null ||
          layer.method === request.method ||
          (layer.method === 'GET' && request.method === 'HEAD')) &&
        (layer.path === null || layer.path === path),
    );
    const next: Next = (error) => {
      if (error === undefined) this.run(request, response, index + 1);
      else void this.onError(error, request, response, () => response.end());
    };
    Promise.resolve(stack[index]?.handler(request, response, next)).catch(next);
  }
}
