/** As much of a browser as a session needs: it keeps cookies, in the order in which the responses arrive. */
const LIMIT_MS = 10_000;

export class Browser {
  #cookies = new Map();
  #origin;

  constructor(port) {
    this.#origin = `http://127.0.0.1:${port}`;
  }

  /** What it sends as its Cookie header. */
  get header() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** The JSON body of a response, which must be a 2xx. */
  async json(method, path) {
    const response = await fetch(this.#origin + path, {
      method,
      headers: this.header ? { cookie: this.header } : {},
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    response.headers.getSetCookie().forEach((line) => this.#keep(line));
    const body = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${body.slice(0, 200)}`);
    return JSON.parse(body);
  }

  /** Another browser that stole these cookies, or never heard that they are over. */
  clone() {
    const copy = new Browser();
    copy.#origin = this.#origin;
    copy.#cookies = new Map(this.#cookies);
    return copy;
  }

  #keep(line) {
    const [pair, ...attributes] = line.split(';').map((part) => part.trim());
    const separator = pair.indexOf('=');
    const name = pair.slice(0, separator);
    const over = attributes.some((attribute) => {
      const [key, value] = attribute.split('=');
      if (key.toLowerCase() === 'max-age') return Number(value) <= 0;
      return key.toLowerCase() === 'expires' && Date.parse(value) <= Date.now();
    });
    if (over) this.#cookies.delete(name);
    else this.#cookies.set(name, pair.slice(separator + 1));
  }
}
