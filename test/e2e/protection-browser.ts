import { once } from 'node:events';
import { request, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { UserId } from 'nestjs-session-auth';

/** What a request comes from. */
export interface Client {
  readonly userAgent?: string;
  /** What the header X-Forwarded-For says. */
  readonly forwarded?: string;
  /** Where on this machine it is sent from. Default: 127.0.0.1. */
  readonly from?: string;
}

export const home: Client = { userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' };
export const foreign: Client = { userAgent: 'curl/8.5.0' };

/** Who is there, as an application sees it. */
export interface Seen {
  readonly user: UserId | null;
  readonly fresh: boolean;
  readonly remembered: boolean;
  readonly data: Record<string, unknown>;
  /** The public id. */
  readonly id: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A browser: what it is, where it is, and its cookies. */
export class Browser {
  constructor(
    private readonly origin: string,
    private readonly client: Client,
    readonly cookies = new Map<string, string>(),
  ) {}

  /** The same client with a copy of the cookies, which go their own way from here. */
  copy(): Browser {
    return this.stolenBy(this.client);
  }

  /** Another client with a copy of the cookies. */
  stolenBy(client: Client): Browser {
    return new Browser(this.origin, client, new Map(this.cookies));
  }

  /** The same browser, whose requests come to another process of the site. */
  at(origin: string): Browser {
    return new Browser(origin, this.client, this.cookies);
  }

  /** The same browser, as it is from now on: it has moved, or was updated. */
  become(client: Client): Browser {
    return new Browser(this.origin, client, this.cookies);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#answer(this.#ask('GET', path, headers).end());
  }

  post(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Answer> {
    // As bytes: Node would write the head in the encoding of a text that goes out with it.
    const bytes = Buffer.from(JSON.stringify(body));
    return this.#answer(this.#ask('POST', path, { 'content-type': 'application/json', ...headers }).end(bytes));
  }

  async json(path: string): Promise<unknown> {
    const { body } = await this.get(path);
    return JSON.parse(body) as unknown;
  }

  who(): Promise<Seen> {
    return this.json('/who') as Promise<Seen>;
  }

  /** Sends a request whose answer it may not stay for. */
  visit(path: string): ClientRequest {
    const request = this.#ask('GET', path, {});
    request.on('error', () => undefined).end();
    return request;
  }

  /** Node's `fetch` can neither leave out the user agent nor choose where it is. */
  #ask(method: string, path: string, more: Record<string, string>): ClientRequest {
    const { userAgent, forwarded, from } = this.client;
    const cookie = Array.from(this.cookies, ([name, value]) => `${name}=${value}`).join('; ');
    const headers = {
      ...(cookie === '' ? {} : { cookie }),
      ...(userAgent === undefined ? {} : { 'user-agent': userAgent }),
      ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }),
      ...more,
    };
    const place = from === undefined ? {} : { localAddress: from };
    return request(new URL(path, this.origin), { method, headers, agent: false, ...place });
  }

  async #answer(outgoing: ClientRequest): Promise<Answer> {
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    for (const line of response.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (line.includes('; Max-Age=0')) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
  }
}
