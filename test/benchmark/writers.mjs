/**
 * Many requests that write one session at the same time, on every store that compares and sets: whether all is kept, how many are
 * refused, and how many writes it costs; and what it costs of the processor where the session is large.
 *
 *   node test/benchmark/writers.mjs [--write]     by itself; `--write` puts the table into docs/sessions.md, between its markers
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NOT_MEASURED, spread, table, verdict } from './markdown.mjs';
import { ROOT } from './prepare.mjs';
import { newFolder, stop, stopAll, track } from './processes.mjs';
import { checkPage, writePage } from './marked-page.mjs';
import { median } from './ratios.mjs';
import { startServers } from './servers.mjs';
import { STORES } from './stores.mjs';

const START_FILE = fileURLToPath(new URL('apps/writers.mjs', import.meta.url));
const PAGE = join(ROOT, 'docs', 'sessions.md');
const IN_ONE = [20, 200, 1000];
const OVER_SEVERAL = 200;
const MOST_WRITES_OVER_TWO = 600;
const CPU_REACH = 3;

/** Where several processes find the same sessions. */
const isShared = ({ name }) => name !== 'memory';

async function startWriters(context) {
  const child = track(fork(START_FILE, [JSON.stringify(context)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
  const ended = once(child, 'exit').then(() => [{ error: 'the process has ended' }]);
  const answer = async () => {
    const [{ answer: given, error }] = await Promise.race([once(child, 'message'), ended]);
    if (error !== undefined) throw new Error(error);
    return given;
  };
  await answer();
  const ask = (work, rest = {}) => {
    child.send({ work, ...rest });
    return answer();
  };
  return { child, ask };
}

/** @returns what was kept, refused, written, and refused by the store */
async function addOver(processes, count) {
  const id = await processes[0].ask('begin');
  const each = count / processes.length;
  const parts = await Promise.all(
    processes.map(({ ask }, index) => ask('add', { id, from: index * each, count: each })),
  );
  const sum = (name) => parts.reduce((total, part) => total + part[name], 0);
  const kept = await processes[0].ask('kept', { id });
  return { kept, refused: sum('refused'), writes: sum('writes'), conflicts: sum('conflicts') };
}

async function measureStore(store, ports, log) {
  const context = { store: store.name, ports, folder: join(newFolder(), 'sessions') };
  const processes = [await startWriters(context)];
  try {
    const one = [];
    for (const count of IN_ONE) {
      log(`writers: ${store.title}, ${count} in one process`);
      one.push({ count, ...(await addOver(processes, count)) });
    }
    log(`writers: ${store.title}, a session of 190 kB`);
    const cpu = await processes[0].ask('amplification');
    if (!isShared(store)) return { one, cpu };
    const several = {};
    for (const number of [2, 4]) {
      while (processes.length < number) processes.push(await startWriters(context));
      log(`writers: ${store.title}, ${OVER_SEVERAL} over ${number} processes`);
      several[number] = await addOver(processes, OVER_SEVERAL);
    }
    return { one, cpu, two: several[2], four: several[4] };
  } finally {
    for (const { child } of processes) await stop(child);
  }
}

/** By store. @param ports of the servers */
export async function measureWriters({ ports, log }) {
  const measured = [];
  for (const store of STORES.filter(({ isStore }) => isStore)) {
    measured.push({ store, ...(await measureStore(store, ports, log)) });
    log(writersTable(measured.slice(-1)));
  }
  return measured;
}

const range = (values) => ({ median: median(values), least: Math.min(...values), greatest: Math.max(...values) });

const reaches = {
  one: ({ count, kept, refused, writes, conflicts }) =>
    kept === count && refused === 0 && writes <= count && conflicts === 0,
  two: ({ kept, refused, writes }) => kept === OVER_SEVERAL && refused === 0 && writes <= MOST_WRITES_OVER_TWO,
  four: ({ refused }) => refused === 0,
};

/** Rows for the table of targets. */
export function writersTargets(measured) {
  const worst = (values) => (values.length ? Math.max(...values) : undefined);
  const all = (rows, reached) => (rows.length ? rows.every(reached) : undefined);
  const inOne = measured.flatMap(({ one }) => one);
  const two = measured.flatMap((row) => row.two ?? []);
  const four = measured.flatMap((row) => row.four ?? []);
  return [
    {
      what: `${IN_ONE.join(', ')} writers of one session in one process, every store: refused / conflicts at most`,
      ours: inOne.length
        ? `${worst(inOne.map(({ refused }) => refused))} / ${worst(inOne.map((row) => row.conflicts))}`
        : undefined,
      reach: '0 / 0, all kept, at most a write each',
      reached: all(inOne, reaches.one),
      exact: true,
    },
    {
      what: `${OVER_SEVERAL} writers over two processes, every store but memory: refused / writes at most`,
      ours: two.length
        ? `${worst(two.map(({ refused }) => refused))} / ${worst(two.map(({ writes }) => writes))}`
        : undefined,
      reach: `0 / ${MOST_WRITES_OVER_TWO}, all kept`,
      reached: all(two, reaches.two),
      exact: true,
    },
    {
      what: `${OVER_SEVERAL} writers over four processes, every store but memory: refused at most`,
      ours: worst(four.map(({ refused }) => refused)),
      reach: '0',
      reached: all(four, reaches.four),
      exact: true,
    },
    {
      what: 'processor time of 12 writers of a session of 190 kB against 12 with one each, the worst store',
      ours: measured.length ? spread(range(measured.map(({ cpu }) => median(cpu)))) : undefined,
      reach: `≤ ${CPU_REACH}`,
      reached: all(measured, ({ cpu }) => median(cpu) <= CPU_REACH),
    },
  ];
}

const cell = (row) =>
  row === undefined ? NOT_MEASURED : `${row.kept} / ${row.refused} / ${row.writes} / ${row.conflicts}`;

export function writersTable(measured) {
  return table(
    [
      'store',
      ...IN_ONE.map((count) => `${count} in one process`),
      `${OVER_SEVERAL} over two`,
      `${OVER_SEVERAL} over four`,
      'processor time, 190 kB',
    ],
    measured.map(({ store, one, two, four, cpu }) => [
      store.title,
      ...one.map(cell),
      cell(two),
      cell(four),
      spread(range(cpu)),
    ]),
  );
}

async function run() {
  const isToWrite = process.argv.includes('--write');
  if (isToWrite) checkPage(PAGE);
  const log = (text) => process.stderr.write(`bench: ${text}\n`);
  try {
    const stores = STORES.filter(({ isStore, server }) => isStore && server !== undefined);
    const { ports } = await startServers(stores.map(({ server }) => server));
    const measured = await measureWriters({ ports, log });
    const targets = writersTargets(measured);
    const rows = targets.map(({ what, ours, reach, reached }) => [what, ours ?? NOT_MEASURED, reach, verdict(reached)]);
    const markdown = `${writersTable(measured)}\n\n${table(['what', 'ours', 'reach', 'reached'], rows)}`;
    console.log(markdown);
    if (isToWrite) writePage(PAGE, markdown);
    process.exitCode = targets.some(({ reached }) => reached === false) ? 1 : 0;
  } finally {
    await stopAll();
  }
}

if (process.argv[1] === import.meta.filename) await run();
