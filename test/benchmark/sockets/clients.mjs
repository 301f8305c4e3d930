/** The clients of the sockets, in a process of their own, which does what its parent asks. Its argument: the port of the node. */
import { once } from 'node:events';
import WebSocket from 'ws';

const port = Number(process.argv[2]);
const AT_ONCE = 100;
const now = () => performance.timeOrigin + performance.now();
const sockets = [];

/** Runs `work` for each item, some at once. */
async function forEach(items, work) {
  const rest = items.entries();
  const one = async () => {
    for (const [index, item] of rest) await work(item, index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

async function login() {
  const response = await fetch(`http://127.0.0.1:${port}/login`, { method: 'POST' });
  const [line] = response.headers.getSetCookie();
  return line.replace(/;.*/s, '');
}

async function open(cookie) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, {
    headers: { ...(cookie && { cookie }), 'user-agent': 'node', origin: `http://127.0.0.1:${port}` },
    perMessageDeflate: false,
  });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
}

const answers = {
  login: async ({ count }) => {
    const cookies = [];
    await forEach(Array.from({ length: count }), async () => cookies.push(await login()));
    return { cookies };
  },
  open: async ({ cookies, count }) => {
    let refused = 0;
    await forEach(Array.from({ length: count }), async (_, index) => {
      try {
        sockets.push(await open(cookies[index % cookies.length]));
      } catch {
        refused += 1;
      }
    });
    return { open: sockets.length, refused };
  },
  /** Messages that are answered within some time, one of each socket at a time. */
  messages: async ({ event, ms }) => {
    const end = now() + ms;
    const text = JSON.stringify({ event });
    let count = 0;
    await Promise.all(
      sockets.map(async (socket) => {
        while (now() < end) {
          socket.send(text);
          await once(socket, 'message');
          count += 1;
        }
      }),
    );
    return { count };
  },
  /** Who each socket is. */
  who: async () => ({
    users: await Promise.all(
      sockets.map(async (socket) => {
        socket.send(JSON.stringify({ event: 'who' }));
        const [data] = await once(socket, 'message');
        return JSON.parse(data).data;
      }),
    ),
  }),
  /** When each is closed. */
  closes: async () => {
    const all = sockets.map((socket) => once(socket, 'close').then(([code]) => ({ code, at: now() })));
    process.send({ ask: 'watching' });
    return { closed: await Promise.all(all) };
  },
  close: async () => {
    await Promise.all(
      sockets.splice(0).map((socket) => {
        if (socket.readyState === WebSocket.CLOSED) return undefined;
        const closed = once(socket, 'close');
        socket.close();
        return closed;
      }),
    );
    return {};
  },
};
process.on('message', async ({ ask, ...about }) => process.send({ ask, ...(await answers[ask](about)) }));
process.on('disconnect', () => process.exit());
process.send({ ready: true });
