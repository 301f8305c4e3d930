import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Session } from 'nestjs-session-auth';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, get as httpGet, type IncomingMessage, type RequestOptions } from 'node:http';
import { connect as connectHttp2, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { get as httpsGet } from 'node:https';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startApp, type RunningApp } from '../support/app.js';
import { SpreadStore } from '../support/spread-store.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { commits, onEveryServer, rawResponse } from './http-table.js';

@Controller()
class ConnectionController {
  @Get('write')
  write(@Session() session: Session, @Query('n') n: string) {
    session.set('n', n);
    return { n };
  }

  @Get('read')
  read(@Session() session: Session) {
    return { data: session };
  }

  @Get('untouched')
  untouched() {
    return {};
  }

  @Get('pieces')
  async pieces(@Session() session: Session, @Res() response: object): Promise<void> {
    session.set('n', 'pieces');
    const raw = rawResponse(response);
    raw.writeHead(200, { 'X-Own': 'kept', 'Set-Cookie': ['a=1'] });
    if (!raw.write('one ')) await once(raw, 'drain');
    await new Promise(setImmediate);
    raw.end('two');
  }

  @Get('missing/:id')
  missing(@Session() session: Session, @Param('id') id: string): never {
    session.set('n', id);
    throw new Error('broken');
  }
}

interface Answer {
  readonly status: number;
  readonly cookies: readonly string[];
  readonly body: string;
  readonly headers: IncomingHttpHeaders | IncomingMessage['headers'];
}

async function request(get: typeof httpGet, url: string, options: RequestOptions = {}): Promise<Answer> {
  const [response] = (await once(get(url, options), 'response')) as [IncomingMessage];
  const body = await text(response);
  return {
    status: response.statusCode ?? 0,
    cookies: response.headers['set-cookie'] ?? [],
    body,
    headers: response.headers,
  };
}

onEveryServer({ controllers: [ConnectionController], session: { store: new SpreadStore() } }, (row) => {
  it('leaves no listeners behind on a connection that serves many requests', async () => {
    const { running } = row();
    const warnings: unknown[] = [];
    const note = (warning: unknown): void => void warnings.push(warning);
    process.on('warning', note);
    const sockets = new Set<Socket>();
    const server = running.app.getHttpServer() as NodeJS.EventEmitter;
    const meet = (socket: Socket): void => void sockets.add(socket);
    server.on('connection', meet);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      const count = (): number =>
        [...sockets]
          .flatMap((socket) => socket.eventNames().map((name) => socket.listenerCount(name)))
          .reduce((a, b) => a + b, 0);
      const fetchAll = async (times: number): Promise<void> => {
        for (let n = 0; n < times; n++) {
          expect((await request(httpGet, `${running.url}/write?n=${String(n)}`, { agent })).cookies).toHaveLength(1);
          expect((await request(httpGet, `${running.url}/pieces`, { agent })).body).toBe('one two');
        }
      };
      await fetchAll(2);
      const before = count();
      await fetchAll(20);
      expect(sockets.size).toBe(1);
      expect(count()).toBe(before);
      expect(warnings).toEqual([]);
    } finally {
      agent.destroy();
      server.off('connection', meet);
      process.off('warning', note);
    }
  });

  it('answers pipelined requests in their order, each with its own cookie', async () => {
    const { running } = row();
    const { hostname, port } = new URL(running.url);
    const socket = connect(Number(port), hostname);
    const paths = ['/write?n=0', '/untouched', '/write?n=1', '/pieces', '/read', '/write?n=2'];
    const last = paths.length - 1;
    for (const [index, path] of paths.entries()) {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: test\r\n${index === last ? 'Connection: close\r\n' : ''}\r\n`);
    }
    const answers = (await text(socket)).split(/(?=HTTP\/1\.1 )/);
    expect(answers).toHaveLength(paths.length);
    expect(answers.map((answer) => answer.includes('session='))).toEqual([true, false, true, true, false, true]);
    expect(
      answers.filter((_, index) => [0, 2, 5].includes(index)).map((answer) => /"n":"(\d)"/.exec(answer)?.[1]),
    ).toEqual(['0', '1', '2']);
  });
});

/** A certificate that this run alone trusts. */
function selfSigned(): { key: Buffer; cert: Buffer } {
  const folder = temporaryFolder('certificate');
  try {
    const [key, cert] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-days', '1'];
    const files = ['-keyout', key, '-out', cert];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...files], {
      stdio: 'ignore',
    });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    folder.remove();
  }
}

const tls = selfSigned();

function portOf(running: RunningApp): string {
  const server = running.app.getHttpServer() as Server;
  return String((server.address() as AddressInfo).port);
}

describe.each(commits)('Express over TLS, commit: %s', (commit) => {
  it('marks the cookie Secure, and marks it so when it is cleared', async () => {
    const running = await startApp({
      controllers: [ConnectionController],
      session: { commit },
      nest: { httpsOptions: tls },
    });
    try {
      const answer = await request(httpsGet, `https://127.0.0.1:${portOf(running)}/write?n=1`, {
        rejectUnauthorized: false,
      } as RequestOptions);
      expect(answer.cookies).toHaveLength(1);
      expect(answer.cookies[0]).toContain('; Secure; HttpOnly');
    } finally {
      await running.close();
    }
  });
});

for (const secure of [false, true]) {
  for (const commit of commits) {
    describe(`Fastify over HTTP/2 ${secure ? 'with TLS' : 'in clear text'}, commit: ${commit}`, () => {
      let running: RunningApp;
      let client: ClientHttp2Session;
      beforeAll(async () => {
        const adapter = secure ? new FastifyAdapter({ http2: true, https: tls }) : new FastifyAdapter({ http2: true });
        running = await startApp({
          adapter,
          controllers: [ConnectionController],
          session: { commit, store: new SpreadStore() },
        });
        client = connectHttp2(`${secure ? 'https' : 'http'}://127.0.0.1:${portOf(running)}`, {
          rejectUnauthorized: false,
        });
      });
      afterAll(async () => {
        client.close();
        await running.close();
      });

      async function fetchHttp2(path: string, cookie?: string): Promise<Answer> {
        const stream = client.request({ ':path': path, ...(cookie === undefined ? {} : { cookie }) });
        const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders];
        const body = await text(stream);
        return { status: Number(headers[':status']), cookies: headers['set-cookie'] ?? [], body, headers };
      }

      const cookieOf = (line: string | undefined): string => line?.split(';')[0] ?? '';

      it('leaves an answer alone whose handler did not touch the session', async () => {
        const { headers, cookies } = await fetchHttp2('/untouched');
        expect(cookies).toEqual([]);
        expect(headers.vary).toBeUndefined();
      });

      it('sets the cookie, Secure over TLS, and reads the session again', async () => {
        const { cookies } = await fetchHttp2('/write?n=5');
        expect(cookies).toHaveLength(1);
        expect((cookies[0] ?? '').includes('; Secure')).toBe(secure);
        const read = await fetchHttp2('/read', cookieOf(cookies[0]));
        expect(JSON.parse(read.body)).toEqual({ data: { n: '5' } });
        expect(read.cookies).toEqual([]);
        expect(read.headers.vary).toBe('Cookie');
      });

      it('sends pieces whole, with the headers of the application', async () => {
        const answer = await fetchHttp2('/pieces');
        expect(answer.body).toBe('one two');
        expect(answer.headers['x-own']).toBe('kept');
        expect(answer.cookies).toHaveLength(2);
        const read = await fetchHttp2('/read', cookieOf(answer.cookies[1]));
        expect(JSON.parse(read.body)).toEqual({ data: { n: 'pieces' } });
      });

      it('saves what a handler changed that throws', async () => {
        const { status, cookies } = await fetchHttp2('/missing/x');
        expect(status).toBe(500);
        const read = await fetchHttp2('/read', cookieOf(cookies[0]));
        expect(JSON.parse(read.body)).toEqual({ data: { n: 'x' } });
      });

      it('does not mind that a stream is closed while its session is saved', async () => {
        const stream = client.request({ ':path': '/write?n=6' });
        stream.on('error', () => undefined);
        stream.close();
        await once(stream, 'close');
        expect((await fetchHttp2('/write?n=7')).status).toBe(200);
      });
    });
  }
}
