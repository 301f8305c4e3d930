/**
 * The load generator for machines without wrk: a process with plain sockets, since Node's own HTTP client needs more time
 * for a request than the servers under test do. Prints the number of responses and the seconds they took as JSON.
 */
import { createConnection } from 'node:net';

const HEAD_END = '\r\n\r\n';

process.on('disconnect', () => process.exit(1));
process.once('message', async ({ port, requests, connections, seconds }) => {
  const end = performance.now() + seconds * 1_000;
  let next = 0;
  const begin = performance.now();
  const counts = await Promise.all(
    Array.from({ length: connections }, () => connection(port, () => requests[next++ % requests.length], end)),
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  process.send({ responses: total, seconds: (performance.now() - begin) / 1_000 }, () => process.disconnect());
});

/** Sends one request after the other on one connection until the time is over; the number of responses. */
function connection(port, nextRequest, end) {
  return new Promise((resolve, reject) => {
    let responses = 0;
    let received = '';
    const socket = createConnection({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(nextRequest()));
    socket.setEncoding('latin1');
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the server closed a connection')));
    socket.on('data', (text) => {
      received += text;
      const head = received.indexOf(HEAD_END);
      if (head < 0) return;
      const length = /^content-length: (\d+)/im.exec(received.slice(0, head));
      if (!received.startsWith('HTTP/1.1 2') || !length) {
        socket.destroy(new Error(`unexpected response: ${received.slice(0, 200)}`));
        return;
      }
      if (received.length < head + HEAD_END.length + Number(length[1])) return;
      received = '';
      responses += 1;
      if (performance.now() < end) socket.write(nextRequest());
      else {
        socket.removeAllListeners('close');
        socket.destroy();
        resolve(responses);
      }
    });
  });
}
