import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

export const project = join(import.meta.dirname, '../..');
const folder = join(project, '.cache/site/built');
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** The documentation site, served as any web server would. */
export class BuiltSite {
  private constructor(private readonly server: Server) {}

  static async open(): Promise<BuiltSite> {
    const all = new Set(files());
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname;
      const file = path.endsWith('/') ? `${path}index.html` : path;
      if (!all.has(file)) {
        response.writeHead(404).end();
        return;
      }
      // Their names change with their content.
      if (file.startsWith('/assets/')) response.setHeader('Cache-Control', 'max-age=31536000, immutable');
      response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
      response.end(readFileSync(join(folder, file)));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new BuiltSite(server);
  }

  get address(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}

/** The paths of all pages, such as `/stores/redis.html`. */
export function builtPages(): string[] {
  return files().filter((file) => file.endsWith('.html') && file !== '/404.html');
}

/** The paths of all files of the site. */
function files(): string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return entries.map((name) => `/${name}`).sort();
}
