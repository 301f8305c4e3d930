import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A site of somebody who means harm, on this machine. Each of its pages is a form that sends itself. */
export class ForeignSite {
  #page = '';
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(this.#page);
    });
  }

  static async open(): Promise<ForeignSite> {
    const site = new ForeignSite();
    site.#server.listen(0);
    await once(site.#server, 'listening');
    return site;
  }

  /** Another port of the shop's host: another origin, but for cookies the same site. */
  get sameSite(): string {
    return `http://127.0.0.1:${String(this.#port)}/`;
  }

  /** Another host. */
  get crossSite(): string {
    return `http://localhost:${String(this.#port)}/`;
  }

  setTrap(action: string, fields: Readonly<Record<string, string>>): void {
    const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
    this.#page = `<form method="post" action="${action}">${inputs.join('')}</form><script>document.forms[0].submit()</script>`;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }
}
