import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Page {
  readonly status: number;
  readonly location: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Headers = Readonly<Record<string, string>>;

/** Somebody at a browser: visits pages and submits forms, with the headers that browsers send. Follows no redirect. */
export class Person {
  readonly #cookies = new Map<string, { readonly value: string; readonly isKept: boolean }>();

  constructor(private readonly origin: string) {}

  visit(path: string, headers: Headers = {}): Promise<Page> {
    return this.send('GET', path, { 'sec-fetch-site': 'none', ...headers });
  }

  submit(path: string, form: Readonly<Record<string, string>>, headers: Headers = {}): Promise<Page> {
    const type = { 'content-type': 'application/x-www-form-urlencoded', origin: this.origin };
    return this.send('POST', path, { ...type, ...headers }, new URLSearchParams(form).toString());
  }

  /** Cookies without an expiry end with the browser. */
  closeBrowser(): void {
    for (const [name, { isKept }] of this.#cookies) if (!isKept) this.#cookies.delete(name);
  }

  /** Any other request, such as a script's. */
  async send(method: string, path: string, headers: Headers, body = ''): Promise<Page> {
    const outgoing = request(new URL(path, this.origin), {
      method,
      agent: false,
      headers: {
        accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
        'sec-fetch-site': 'same-origin',
        ...(this.#cookies.size === 0 ? {} : { cookie: this.#header() }),
        ...headers,
      },
    }).end(body);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    for (const line of response.headers['set-cookie'] ?? []) this.#take(line);
    const { statusCode = 0, headers: received } = response;
    return { status: statusCode, location: received.location, headers: received, body: await text(response) };
  }

  #header(): string {
    return Array.from(this.#cookies, ([name, { value }]) => `${name}=${value}`).join('; ');
  }

  #take(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    const age = attributes.find((attribute) => /^max-age=/i.test(attribute));
    if (age?.endsWith('=0') === true) this.#cookies.delete(name);
    else this.#cookies.set(name, { value, isKept: age !== undefined });
  }
}
