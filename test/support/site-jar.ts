import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

interface Kept {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  /** The host, or what `Domain` said. */
  readonly domain: string;
  readonly isHostOnly: boolean;
  readonly isPartitioned: boolean;
  readonly created: number;
}

export interface SiteAnswer {
  readonly status: number;
  readonly lines: readonly string[];
  readonly body: string;
}

/** A browser's jar at one host, with paths and domains, and in the order of RFC 6265: longer paths first, then older cookies. */
export class SiteJar {
  #cookies: Kept[] = [];
  #count = 0;

  constructor(
    /** Where the server listens. It may change: the browser stays. */
    public url: string,
    private readonly host = 'www.shop.example',
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** Where each cookie stands, such as `session@.shop.example/app`. */
  get places(): string[] {
    return this.#cookies.map(placeOf).toSorted();
  }

  /** A jar with the same cookies, which goes its own way from here. */
  copy(): SiteJar {
    const copy = new SiteJar(this.url, this.host, this.headers);
    copy.#cookies = [...this.#cookies];
    copy.#count = this.#count;
    return copy;
  }

  /** As where it has expired. */
  drop(name: string): this {
    this.#cookies = this.#cookies.filter((cookie) => cookie.name !== name);
    return this;
  }

  /** What would be sent to a path. */
  header(path: string): string {
    return this.#cookies
      .filter((cookie) => this.#isFor(cookie, path))
      .toSorted((one, other) => other.path.length - one.path.length || one.created - other.created)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  get(path: string): Promise<SiteAnswer> {
    return this.#send('GET', path);
  }

  post(path: string, body: unknown = {}): Promise<SiteAnswer> {
    return this.#send('POST', path, JSON.stringify(body));
  }

  async json(path: string): Promise<unknown> {
    return JSON.parse((await this.get(path)).body);
  }

  /** Takes in a Set-Cookie line, as from an answer of this host. */
  take(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const of = (name: string): string | undefined =>
      attributes.find((attribute) => attribute.toLowerCase().startsWith(name))?.slice(name.length);
    const domain = of('domain=');
    if (domain !== undefined && this.host !== domain && !this.host.endsWith(`.${domain}`)) return;
    const at = pair.indexOf('=');
    const cookie = {
      name: pair.slice(0, at),
      value: pair.slice(at + 1),
      path: of('path=') ?? '/',
      domain: domain ?? this.host,
      isHostOnly: domain === undefined,
      isPartitioned: of('partitioned') !== undefined,
    };
    const former = this.#cookies.find((other) => placeOf(other) === placeOf(cookie));
    this.#cookies = this.#cookies.filter((other) => other !== former);
    if (of('max-age=') !== '0') this.#cookies.push({ ...cookie, created: former?.created ?? this.#count++ });
  }

  async #send(method: string, path: string, body = ''): Promise<SiteAnswer> {
    const cookie = this.header(path);
    const headers = {
      ...this.headers,
      host: this.host,
      ...(cookie === '' ? {} : { cookie }),
      ...(body === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    const outgoing = request(new URL(path, this.url), { method, headers, agent: false }).end(body);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    const lines = response.headers['set-cookie'] ?? [];
    for (const line of lines) this.take(line);
    return { status: response.statusCode ?? 0, lines, body: await text(response) };
  }

  #isFor({ domain, isHostOnly, path: cookiePath }: Kept, path: string): boolean {
    const isOfHost = this.host === domain || (!isHostOnly && this.host.endsWith(`.${domain}`));
    const below = cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`;
    return isOfHost && (path === cookiePath || path.startsWith(below));
  }
}

function placeOf({ name, domain, isHostOnly, path, isPartitioned }: Omit<Kept, 'value' | 'created'>): string {
  return `${name}@${isHostOnly ? '' : '.'}${domain}${path}${isPartitioned ? ' partitioned' : ''}`;
}
