/**
 * Whether the time of an answer tells who has an account: requests with addresses that have one and that have none, in turn and in random
 * order, one after the other, on memory and on PostgreSQL.
 *
 *   npm run bench:accounts -- [--requests 1000] [--stores memory,postgres]
 *
 * And the processor time of a login beside the check of its password, in rounds of logins and of checks alone.
 *
 * The application is a process of its own. Attempts are not limited. Ends with 1 where a figure is beyond its bound.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../markdown.mjs';
import { checkPage, writePage } from '../marked-page.mjs';
import { started, stopAll, track } from '../processes.mjs';
import { startServers } from '../servers.mjs';
import { median, quantile, shareOfSlower } from './statistics.mjs';

const PAGE = join(import.meta.dirname, '../../../docs/accounts/timing.md');
const KNOWN = 50;
/** Requests of each kind that are not counted, while code is compiled. */
const WARM_UP = 50;
/** Of logins and checks of passwords in turn, and how many of each a round has. */
const ROUNDS = { count: 21, logins: 40 };
const BOUNDS = { median: 1, from: 0.47, to: 0.53 };

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '1000' }, stores: { type: 'string', default: 'memory,postgres' } },
});
const requests = Number(values.requests);
const stores = values.stores.split(',');

const password = 'another long phrase';
/** The routes that take an address, and what is sent to them. */
const routes = {
  register: ['/auth/register', (email) => ({ email, password })],
  login: ['/auth/login', (identity) => ({ identity, password })],
  'login by mail': ['/auth/login/mail', (email) => ({ email })],
  recover: ['/auth/recover', (email) => ({ email })],
  resend: ['/auth/confirm/resend', (email) => ({ email })],
};

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let made = 0;
const known = Array.from({ length: KNOWN }, (_, index) => address('known', index));
/** Another one each time: nobody knows it, and nothing of it has been kept. */
const unknown = () => address('other', made++);

/** Of the same length, whatever the number. */
function address(name, number) {
  return `${name}-${String(number).padStart(8, '0')}@example.com`;
}

/** @returns how long the answer took, in ms, and its status */
async function send(port, path, body) {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  const begun = process.hrtime.bigint();
  const sent = request({ port, host: '127.0.0.1', path, method: 'POST', agent, headers });
  sent.end(text);
  const [response] = await once(sent, 'response');
  await response.resume().toArray();
  return { took: Number(process.hrtime.bigint() - begun) / 1e6, status: response.statusCode };
}

async function measure(port, name) {
  const [path, bodyOf] = routes[name];
  const times = { known: [], unknown: [] };
  const statuses = new Set();
  for (let index = 0; index < requests + WARM_UP; index++) {
    // Which of the two is first must not matter.
    const order = Math.random() < 0.5 ? ['known', 'unknown'] : ['unknown', 'known'];
    for (const kind of order) {
      const email = kind === 'known' ? known[index % KNOWN] : unknown();
      const { took, status } = await send(port, path, bodyOf(email));
      statuses.add(status);
      if (index >= WARM_UP) times[kind].push(took);
    }
  }
  if (statuses.size !== 1) throw new Error(`${name} has several answers: ${[...statuses].join(', ')}`);
  return {
    known: median(times.known),
    unknown: median(times.unknown),
    slower: shareOfSlower(times.known, times.unknown),
  };
}

/** @returns the processor time of a login, of the check of its password alone, and what is between them in each round, in ms */
async function measureProcessor(port, child) {
  const used = async (verify) => {
    child.send({ verify });
    const [{ processor }] = await once(child, 'message');
    return processor;
  };
  const body = { identity: known[0], password: 'a long enough phrase' };
  const logIn = async (times) => {
    for (let count = 0; count < times; count++) {
      const { status } = await send(port, '/auth/login', body);
      if (status !== 200) throw new Error(`A login was answered ${status}.`);
    }
  };
  await logIn(WARM_UP);
  const rounds = { logins: [], checks: [], beside: [] };
  for (let round = 0; round < ROUNDS.count; round++) {
    const begun = await used(0);
    await logIn(ROUNDS.logins);
    const between = await used(0);
    const login = (between - begun) / ROUNDS.logins;
    const check = ((await used(ROUNDS.logins)) - between) / ROUNDS.logins;
    rounds.logins.push(login);
    rounds.checks.push(check);
    rounds.beside.push(login - check);
  }
  return rounds;
}

/** Of other work, so taken before the run makes its own. */
const load = loadavg()[0].toFixed(1);

checkPage(PAGE);
const rows = [];
const processor = [];
let isBeyond = false;
try {
  const servers = stores.includes('postgres') ? (await startServers(['postgres'])).ports : null;
  for (const store of stores) {
    const postgres = store === 'postgres' ? `postgres://postgres@127.0.0.1:${servers.postgres}/postgres` : null;
    const file = join(import.meta.dirname, 'server.mjs');
    const child = track(fork(file, [JSON.stringify({ postgres, known })], { silent: true }));
    const [{ port }] = await started('accounts/server.mjs', child, once(child, 'message'));
    const accountsIn = store === 'postgres' ? 'PostgreSQL' : 'memory';
    const { logins, checks, beside } = await measureProcessor(port, child);
    const spread = [0.25, 0.75].map((share) => quantile(beside, share).toFixed(2)).join(' to ');
    processor.push([accountsIn, ...[logins, checks, beside].map((times) => median(times).toFixed(2)), spread]);
    console.log(['processor', ...processor.at(-1)].join('  '));
    for (const name of Object.keys(routes)) {
      const result = await measure(port, name);
      const apart = Math.abs(result.known - result.unknown);
      const isGood = apart <= BOUNDS.median && result.slower >= BOUNDS.from && result.slower <= BOUNDS.to;
      isBeyond ||= !isGood;
      const figures = [result.known.toFixed(2), result.unknown.toFixed(2), apart.toFixed(2), result.slower.toFixed(3)];
      rows.push([name, accountsIn, ...figures, isGood ? 'yes' : '**no**']);
      console.log(rows.at(-1).join('  '));
    }
  }
} finally {
  agent.destroy();
  await stopAll();
}
const head = ['route', 'accounts in', 'known, ms', 'unknown, ms', 'apart, ms', 'P(known slower)', 'within the bounds'];
const about = [
  `Medians of ${requests} requests each, measured ${new Date().toISOString().slice(0, 10)} with Node ${process.versions.node} on`,
  `${cpus()[0]?.model.trim() ?? 'an unknown processor'}, ${availableParallelism()} cores, whose load average before the run was ${load}.`,
].join(' ');
const processorHead = [
  'accounts in',
  'login, ms',
  'check of the password alone, ms',
  'beside it, ms',
  'half of the rounds, ms',
];
const aboutProcessor = [
  `Processor time of a login without a second factor, HTTP and session included, and of the argon2id check in it: medians of ${ROUNDS.count} rounds of`,
  `${ROUNDS.logins} logins and as many checks in turn, in the same run.`,
].join(' ');
const text = [table(head, rows), about, table(processorHead, processor), aboutProcessor].join('\n\n');
console.log(text);
writePage(PAGE, text);
process.exitCode = isBeyond ? 1 : 0;
