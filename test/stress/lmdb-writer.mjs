/**
 * One of several processes that write into one LMDB database, until it is killed: `lmdb-writer.mjs <library> <folder> <id>`.
 *
 * Says on its output, in lines that are out before it goes on: `ready`; `+ key` of a record that was created; `? key` of one that
 * it is about to delete, `- key` when that is done; `! reason` of what was refused.
 */
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const [entry, path, id] = process.argv.slice(2);
const { LmdbStore } = await import(entry);
const store = new LmdbStore({ path });

/** The output is a pipe, which is full where its reader is slow. */
function say(line) {
  for (let rest = Buffer.from(`${line}\n`); rest.length > 0;) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}

const minutes = 60_000;
let count = 0;

async function writeForever() {
  for (;;) {
    const key = `${id}-${count++}`;
    try {
      const result = await store.write(key, Buffer.alloc(200, 'x'), 60 * minutes, 'absent', id);
      if ('written' in result) say(`+ ${key}`);
      if (count % 4 === 0) {
        say(`? ${key}`);
        if ((await store.delete(key)) === 'deleted') say(`- ${key}`);
      }
    } catch (error) {
      say(`! ${error.cause?.message ?? error.message}`);
      await pause(20);
    }
    await pause(Math.random() * 4);
  }
}

try {
  await store.prepare();
  say('ready');
} catch (error) {
  say(`! ${error.message}`);
}
for (let writers = 0; writers < 6; writers++) void writeForever();
