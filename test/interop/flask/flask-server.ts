import { join } from 'node:path';
import { CookieJar } from '../../support/jar.js';
import { freePort, ServerProcess } from '../../support/servers/server-process.js';

/** The system's Python, which has the system's packages; another one may be named to try other versions of Flask. */
export const python = process.env['FLASK_PYTHON'] ?? '/usr/bin/python3';
export const installPython = 'apt-get install python3-flask python3-flask-session python3-msgpack';

/** The path of a Python program beside this file. */
export function programPath(name: string): string {
  return join(import.meta.dirname, name);
}

/** A Flask application on a free port of 127.0.0.1. */
export class FlaskServer {
  private constructor(
    private readonly origin: string,
    private readonly server: ServerProcess,
  ) {}

  /** @param args what the program takes after its port. */
  static async start(program: string, ...args: readonly string[]): Promise<FlaskServer> {
    const port = await freePort();
    const server = new ServerProcess({
      program: python,
      args: ['-B', programPath(program), String(port), ...args],
      ready: /^ready$/m,
      install: installPython,
    });
    await server.start();
    return new FlaskServer(`http://127.0.0.1:${String(port)}`, server);
  }

  async stop(): Promise<void> {
    await this.server.kill();
  }

  /** A browser of its own. */
  browser(): FlaskBrowser {
    return new FlaskBrowser(new CookieJar(this.origin));
  }
}

export class FlaskBrowser {
  constructor(private readonly jar: CookieJar) {}

  /** What the application answers. */
  async get<Answer = { readonly shown: string }>(path: string): Promise<Answer> {
    return (await this.jar.json(path)) as Answer;
  }

  async post<Answer>(path: string, body: unknown): Promise<Answer> {
    const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return (await this.jar.json(path, init)) as Answer;
  }

  get cookie(): string {
    return this.jar.get('session') ?? '';
  }

  set cookie(value: string) {
    this.jar.set('session', value);
  }
}
