import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type ConnectedClient, connectMemcached, MemcachedStore } from '../../../../lib/stores/memcached/index.js';
import { CollectedLog } from '../../../support/collected-log.js';
import { until } from '../../../support/until.js';

const aMinute = 60_000;
const greeting = 'VERSION 1.6.30\r\nMN\r\nSTAT item_size_max 1048576\r\nSTAT evictions on\r\nEND\r\n';
const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe('a connection to what is no memcached of today', () => {
  it.each([
    ['a memcached that does not know meta commands', () => 'VERSION 1.5.22\r\nERROR\r\nEND\r\n', /1\.6\.13 or newer/],
    ['one whose meta commands are others', versionOnly('1.6.9'), /is memcached 1\.6\.9, and 1\.6\.13/],
    ['a Redis', () => "-ERR unknown command 'version'\r\n".repeat(3), /-ERR unknown command/],
    ['a web server', () => 'HTTP/1.1 400 Bad Request\r\n\r\n', /HTTP\/1\.1 400/],
    ['a server that wants a password', () => 'CLIENT_ERROR unauthenticated\r\n', /CLIENT_ERROR unauthenticated/],
    ['something that talks without end', () => 'x'.repeat(10_000), /a line is too long/],
  ])('sends %s nothing of a session, and says what is wrong', async (_, answer: (line: string) => string, reason) => {
    const log = new CollectedLog();
    const server = await fakeServer(answer);
    const store = storeOn(server.port, log);
    const reading = store.read('key');
    reading.catch(() => undefined); // asserted below
    await expect(store.write('key', Buffer.from('flush_all\r\n'), aMinute, 'absent')).rejects.toMatchObject({
      code: 'SESSION_STORE_UNAVAILABLE',
      message: expect.stringMatching(reason),
    });
    expect(log.errors).toEqual([expect.stringMatching(reason)]);
    await expect(reading).rejects.toThrow(reason);
    expect(server.heard()).not.toMatch(/^(?!version|mn|stats settings|$)/m);
  });

  it('does without settings where a proxy has none to give', async () => {
    const server = await fakeServer((line) => {
      if (line === 'version') return 'VERSION a proxy\r\n';
      if (line === 'mn') return 'MN\r\n';
      return line.startsWith('ms') ? 'HD c7\r\n' : 'ERROR\r\n';
    });
    const store = storeOn(server.port);
    const result = await store.write('key', Buffer.alloc(3_000_000), aMinute, 'absent');
    expect(result).toMatchObject({ written: { token: '7' } });
  });
});

describe('a connection whose answers are wrong', () => {
  it.each([
    ['an answer of another kind', 'STORED\r\n', 'STORED'],
    ['an answer without the version', 'VA 2 t100 f0\r\n\0x\r\n', '1.6.13 or newer is needed'],
    ['an answer whose version is no number', 'VA 2 cx t100 f0\r\n\0x\r\n', '1.6.13 or newer is needed'],
    ['a value of another length', 'VA 1 c1 t100 f0\r\n\0x\r\n', 'a value has the wrong length'],
    ['an error of the command', 'CLIENT_ERROR bad command line format\r\n', 'CLIENT_ERROR bad command line format'],
    ['an error of the server', 'SERVER_ERROR out of memory\r\n', 'refused: SERVER_ERROR out of memory'],
    ['two answers', 'EN\r\nEN\r\n', null],
  ])('rejects at %s rather than taking it for something, and starts anew', async (_, answer, reason) => {
    let isWrong = true;
    const server = await fakeServer((line) => {
      if (line.startsWith('mg')) return isWrong ? answer : 'VA 2 c1 t100 f0\r\n\0x\r\n';
      return greetingFor(line);
    });
    const store = storeOn(server.port);
    const reading = store.read('key');
    if (reason === null) expect(await reading).toBeNull();
    else await expect(reading).rejects.toThrow(reason);
    isWrong = false;
    await until('it reads again', () =>
      store.read('key').then(
        (record) => record?.bytes.toString() === 'x',
        () => false,
      ),
    );
  });

  it('is tried again where it cannot even be opened, at first and later, and ends no process', async () => {
    const server = await fakeServer((line) => (line.startsWith('mg') ? 'EN\r\n' : greetingFor(line)));
    const log = new CollectedLog();
    let isBroken = true;
    const client = connectMemcached([`127.0.0.1:${String(server.port)}`], {
      log,
      open: ({ host, port }) => {
        if (isBroken) throw new Error('no certificate');
        return connect({ host, port });
      },
    });
    cleanUps.push(() => client.close());
    const store = new MemcachedStore({ client });
    const works = (): Promise<boolean> =>
      store.read('key').then(
        () => true,
        () => false,
      );
    await expect(store.read('key')).rejects.toThrow(/did not answer: no certificate/);
    isBroken = false;
    await until('it works', works);
    isBroken = true;
    server.cut();
    await until('it is broken', async () => !(await works()));
    await expect(store.read('key')).rejects.toThrow(/did not answer/);
    isBroken = false;
    await until('it works again', works);
    expect(log.errors[0]).toContain('cannot be reached: no certificate');
    expect([log.errors.length, log.warnings.length]).toEqual([2, 2]);
  });

  it('is closed with its client, and not made anew', async () => {
    const server = await fakeServer(greetingFor);
    const client = connectMemcached([`127.0.0.1:${String(server.port)}`], { log: new CollectedLog() });
    await until('it stands', () => server.connections() === 1);
    client.close();
    await until('it is closed', () => server.connections() === 0);
    const [other] = client.servers;
    await expect(other?.request('mg key')).rejects.toThrow('the connection was closed');
    expect(server.connections()).toBe(0);
  });

  it('rejects all that waits when the connection breaks, each once', async () => {
    const server = await fakeServer((line) => (line.startsWith('mg') ? '' : greetingFor(line)));
    const store = storeOn(server.port);
    const reads = Array.from({ length: 5 }, (_, index) => store.read(`key-${String(index)}`));
    const settled = Promise.allSettled(reads);
    await until('they have arrived', () => server.heard().includes('key-4'));
    server.cut();
    for (const { status } of await settled) expect(status).toBe('rejected');
  });
});

function versionOnly(version: string): (line: string) => string {
  return (line) => (line === 'version' ? `VERSION ${version}\r\n` : greetingFor(line));
}

function greetingFor(line: string): string {
  if (line === 'version') return greeting.slice(0, greeting.indexOf('MN'));
  return line === 'mn' ? 'MN\r\n' : greeting.slice(greeting.indexOf('STAT'));
}

function storeOn(port: number, log = new CollectedLog()): MemcachedStore {
  const client: ConnectedClient = connectMemcached([`127.0.0.1:${String(port)}`], { log });
  cleanUps.push(() => client.close());
  return new MemcachedStore({ client });
}

/** Answers to each line as it is told to. */
async function fakeServer(answer: (line: string) => string): Promise<{
  readonly port: number;
  heard(): string;
  connections(): number;
  cut(): void;
}> {
  const sockets = new Set<Socket>();
  let heard = '';
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (piece) => {
      const text = piece.toString('latin1');
      heard += text;
      for (const line of text.split('\r\n')) if (/^[a-z]/.test(line)) socket.write(answer(line), 'latin1');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  cleanUps.push(() => {
    cut();
    server.close();
  });
  return { port: address.port, heard: () => heard, connections: () => sockets.size, cut };
}
