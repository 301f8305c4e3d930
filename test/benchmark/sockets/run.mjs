/**
 * What sockets with sessions cost: messages a second, bytes of an idle socket with the package and without it, and how long it takes
 * until the sockets of ended logins are closed in another process.
 *
 *   npm run bench:sockets -- [--sockets 10000] [--stores redis,postgres]
 *
 * Nodes, clients and stores are processes of their own.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { started, stop, stopAll, track } from '../processes.mjs';
import { SERVER_NAMES, startServers } from '../servers.mjs';

const { values } = parseArgs({
  options: { sockets: { type: 'string', default: '10000' }, stores: { type: 'string', default: 'redis,postgres' } },
});
const MOST = Number(values.sockets);
const stores = values.stores.split(',');
const ENDED = 1_000;
const TALKING = 50;
const TALK_MS = 5_000;
const SESSIONS = 500;

const urls = {
  redis: ({ redis }) => `redis://127.0.0.1:${redis}`,
  postgres: ({ postgres }) => `postgres://postgres@127.0.0.1:${postgres}/postgres`,
};

const say = (text) => console.log(text);
const round = (number) => Math.round(number).toLocaleString('en-US');

/** A process, and a function that asks it for something. */
async function start(file, argument, execArgv = []) {
  const child = track(fork(join(import.meta.dirname, file), [argument], { execArgv, silent: true }));
  const [first] = await started(file, child, once(child, 'message'));
  const ask = async (name, about = {}) => {
    child.send({ ask: name, ...about });
    for (;;) {
      const [answer] = await once(child, 'message');
      if (answer.ask === name) return answer;
    }
  };
  return { child, first, ask };
}

async function startNode(options) {
  const node = await start('server.mjs', JSON.stringify(options), ['--expose-gc']);
  return { ...node, clients: () => start('clients.mjs', String(node.first.port)) };
}

async function rate({ ask }, clients, event) {
  // Code is compiled as it runs.
  await clients.ask('messages', { event, ms: 2 * TALK_MS });
  const before = await ask('cpu');
  const { count } = await clients.ask('messages', { event, ms: TALK_MS });
  const after = await ask('cpu');
  const cpu = after.user + after.system - before.user - before.system;
  return `${round((count * 1_000) / TALK_MS)} a second, ${round(cpu / count)} µs of processor time each`;
}

async function messages(options, events) {
  const node = await startNode(options);
  const clients = await node.clients();
  const { cookies } = options.session ? await clients.ask('login', { count: TALKING }) : { cookies: [''] };
  await clients.ask('open', { cookies, count: TALKING });
  for (const [event, title] of events) say(`- ${title}: ${await rate(node, clients, event)}`);
  await stop(clients.child);
  await stop(node.child);
}

async function memory(options) {
  const node = await startNode(options);
  const clients = await node.clients();
  const { cookies } = options.session ? await clients.ask('login', { count: SESSIONS }) : { cookies: [''] };
  // Code is compiled, and tables grow, with the first ones.
  await clients.ask('open', { cookies, count: 100 });
  const before = await node.ask('memory');
  const { open, refused } = await clients.ask('open', { cookies, count: MOST });
  const after = await node.ask('memory');
  await stop(clients.child);
  await stop(node.child);
  return { open, refused, bytes: (after.bytes - before.bytes) / (open - 100) };
}

async function closes(options) {
  const [holding, ending] = [await startNode(options), await startNode(options)];
  const clients = await holding.clients();
  const { cookies } = await clients.ask('login', { count: ENDED });
  await clients.ask('open', { cookies, count: ENDED });
  const { users } = await clients.ask('who');
  const watching = new Promise((resolve) => {
    clients.child.on('message', ({ ask }) => {
      if (ask === 'watching') resolve();
    });
  });
  const closing = clients.ask('closes');
  await watching;
  const [{ times }, { closed }] = await Promise.all([ending.ask('end', { users }), closing]);
  const latencies = closed.map(({ at }, index) => at - times[index]).sort((a, b) => a - b);
  const part = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))].toFixed(1);
  for (const { child } of [clients, holding, ending]) await stop(child);
  return `median ${part(0.5)} ms, 99th percentile ${part(0.99)} ms, all ${part(1)} ms`;
}

const servers = await startServers(stores);
try {
  for (const store of stores) {
    const options = { session: true, store, url: urls[store](servers.ports) };
    say(`\n${SERVER_NAMES[store]}, ${TALKING} sockets that send one message after the other:`);
    await messages({ ...options, session: false }, [['echo', 'without the package']]);
    await messages(options, [
      ['echo', 'behind SessionAuthGuard'],
      ['who', 'behind SessionAuthGuard, with the user'],
    ]);
    say(
      `\n${SERVER_NAMES[store]}, ${ENDED} sockets whose logins end in another process, from the call to the close at the client:`,
    );
    say(`- ${await closes(options)}`);
  }
  const options = { store: stores[0], url: urls[stores[0]](servers.ports) };
  const [without, withIt] = [await memory({ ...options, session: false }), await memory({ ...options, session: true })];
  say('\nIdle sockets of one node:');
  say(`- without the package: ${round(without.open)} open, ${round(without.bytes)} bytes each`);
  say(
    `- with it: ${round(withIt.open)} open, ${round(withIt.bytes)} bytes each, ${round(withIt.bytes - without.bytes)} more`,
  );
} finally {
  await servers.stop();
  await stopAll();
}
