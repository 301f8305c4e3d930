/**
 * `npm run stress:lmdb`: whether an LMDB database keeps what it has acknowledged while its processes are killed and started anew.
 *
 *     npm run stress:lmdb -- [restarts, 5000] [databases at a time, 3]
 *
 * Each database is written to by two processes. In turn one of them is killed with SIGKILL, and another one takes its place; one
 * of ten is killed while it starts. From time to time all are killed, and every record that was acknowledged is looked for, and
 * every one whose end was. A restart counts when the new process has opened the database beside the one that writes.
 *
 * STRESS_LIBRARY: the built store to try, where it is not that of `dist/`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { buildLibrary } from '../../scripts/build.mjs';
import { root } from '../../scripts/paths.mjs';

const writer = join(import.meta.dirname, 'lmdb-writer.mjs');
const restartsOfOneFile = 100;
const longestLifeMs = 100;

const [wanted = 5_000, databases = 3] = process.argv.slice(2).map(Number);
const library = process.env.STRESS_LIBRARY ?? join(root, 'dist/lmdb.js');
const entry = pathToFileURL(library).href;
const totals = { restarts: 0, killedWhileOpening: 0, acknowledged: 0, missing: 0, revived: 0, refused: 0 };
const reasons = new Map();

/** One database and its processes, for so many restarts. */
class Round {
  records = new Map();
  writers = 0;
  startMs = 200;

  constructor(path) {
    this.path = path;
  }

  async run() {
    let pair = [this.start(), this.start()];
    await Promise.all(pair.map(({ ready }) => ready));
    for (let restarts = 0; restarts < restartsOfOneFile;) {
      const [victim, other] = pair;
      await kill(victim);
      const begun = performance.now();
      const next = this.start();
      pair = [other, next];
      if (Math.random() < 1 / 10) {
        await pause(Math.random() * this.startMs);
        totals.killedWhileOpening++;
        continue;
      }
      await next.ready;
      this.startMs = performance.now() - begun;
      restarts++;
      totals.restarts++;
      await pause(Math.random() * longestLifeMs);
      pair.reverse();
    }
    for (const one of pair) await kill(one);
    await this.look();
  }

  start() {
    const id = `p${this.writers++}`;
    const child = spawn(process.execPath, [writer, entry, this.path, id], { stdio: ['ignore', 'pipe', 'ignore'] });
    const lines = createInterface({ input: child.stdout });
    const ready = once(lines, 'line');
    lines.on('line', (line) => {
      if (line !== 'ready') this.note(line[0], line.slice(2));
    });
    return { child, ready, closed: once(child, 'close') };
  }

  note(sign, text) {
    if (sign === '!') {
      totals.refused++;
      reasons.set(text, (reasons.get(text) ?? 0) + 1);
    } else {
      if (sign !== '?') totals.acknowledged++;
      this.records.set(text, sign);
    }
  }

  async look() {
    const { LmdbStore } = await import(entry);
    const store = new LmdbStore({ path: this.path });
    for (const [key, sign] of this.records) {
      const isThere = (await store.read(key)) !== null;
      if (sign === '+' && !isThere) totals.missing++;
      if (sign === '-' && isThere) totals.revived++;
    }
    await store.close();
  }
}

async function kill({ child, closed }) {
  child.kill('SIGKILL');
  await closed;
}

async function work() {
  while (totals.restarts < wanted) {
    const path = await mkdtemp(join(tmpdir(), 'lmdb-restarts-'));
    try {
      await new Round(path).run();
    } finally {
      await rm(path, { recursive: true, force: true });
    }
    console.log(new Date().toISOString(), JSON.stringify(totals));
  }
}

if (process.env.STRESS_LIBRARY === undefined) await buildLibrary();
await Promise.all(Array.from({ length: databases }, work));
for (const [reason, times] of reasons) console.log(`refused ${times} times: ${reason}`);
const isKept = totals.missing + totals.revived + totals.refused === 0;
console.log(isKept ? 'Nothing acknowledged was lost.' : 'Something was lost or refused.');
process.exitCode = isKept ? 0 : 1;
