/** A browser's cookie jar, as much of it as tests need: what a server sets is sent back, what it expires is dropped. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  constructor(private readonly origin: string) {}

  /** The value of a cookie, as it would be sent. */
  get(name: string): string | undefined {
    return this.#cookies.get(name);
  }

  set(name: string, value: string): void {
    this.#cookies.set(name, value);
  }

  /** A jar with the same cookies, which goes its own way from here. @param origin of another process of the same site */
  copy(origin = this.origin): CookieJar {
    const copy = new CookieJar(origin);
    for (const [name, value] of this.#cookies) copy.set(name, value);
    return copy;
  }

  get header(): string {
    return Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Requests `path` with the jar's cookies, follows no redirect, and takes in what is set. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.header !== '' && !headers.has('cookie')) headers.set('cookie', this.header);
    const response = await fetch(new URL(path, this.origin), { redirect: 'manual', ...init, headers });
    for (const line of response.headers.getSetCookie()) this.#take(line);
    return response;
  }

  async json(path: string, init: RequestInit = {}): Promise<unknown> {
    const response = await this.fetch(path, init);
    return response.json();
  }

  #take(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const at = pair.indexOf('=');
    const isGone = attributes.some((attribute) => /^max-age=0$/i.test(attribute));
    if (isGone) this.#cookies.delete(pair.slice(0, at));
    else this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
  }
}
