/**
 * What it costs to turn the benchmark's session into a cookie and back, against iron-session, which seals as well.
 *
 *   node test/benchmark/sealed.mjs [--rounds 7] [--from .cache/library]     by itself; `--from` names a folder with the compiled package
 *
 * Both go the whole way: from data to the value of a cookie, and from the value to data.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sealData, unsealData } from 'iron-session';
import { SECRET, SESSION, SESSION_BYTES } from './apps/data.mjs';
import { byItself } from './by-itself.mjs';
import { NOT_MEASURED, fixed, spread, table } from './markdown.mjs';
import { decided, median, ratioOf } from './ratios.mjs';

const FASTER_REACH = 50;
/** Rounds that do not count: code is compiled as it runs. */
const WARM_UPS = 8;
const OURS_A_ROUND = 10_000;
const PEER_A_ROUND = 200;
/** Of a cookie that is not divided. */
const CHARACTERS = 4_000;
const HOUR = 3_600_000;
/** In a microsecond. */
const NANOSECONDS = 1000;

/** Sealing and opening by the package that was built into `folder`. */
async function ours(folder) {
  const load = (path) => import(pathToFileURL(join(folder, path)).href);
  const { KeyRing } = await load('cookie/key-ring.js');
  const { sealedSessionPurpose: purpose } = await load('cookie/sealed-cookie.js');
  const { contentWithin, openValue, sealValue } = await load('cookie/sealed-value.js');
  const { RecordCodec } = await load('session/record-codec.js');
  const { unpackContent } = await load('session/sealed-content.js');
  const { SealedRecords } = await load('session/sealed-records.js');
  const { newSessionId } = await load('session/session-id.js');

  const keys = new KeyRing(SECRET);
  const codec = new RecordCodec('msgpack');
  const capacity = contentWithin(CHARACTERS);
  const options = { keyPrefix: 'session:', maxSize: 1_048_576, capacity, compressAbove: null };
  const records = new SealedRecords(codec, options, {});
  const id = newSessionId(16);
  return {
    seal() {
      const now = Date.now();
      const record = { data: SESSION, createdAt: now, rotatedAt: now, permanent: false, flashes: [], auth: null };
      const times = { expiresAt: now + HOUR, usedAt: now };
      const { content } = records.seal(id, codec.encode(record), SESSION, times);
      return sealValue(keys, purpose, 'session', content, now);
    },
    open(value) {
      const now = Date.now();
      return records.open(unpackContent(openValue(keys, purpose, 'session', value, now).content), now).record.data;
    },
  };
}

const ironSession = {
  seal: () => sealData(SESSION, { password: SECRET }),
  open: (value) => unsealData(value, { password: SECRET }),
};

/**
 * Microseconds for each of `times` calls, one after the other, and those of the processor, all threads together; what a call
 * gives is waited for where it is a promise.
 */
async function timed(times, work) {
  const cpu = process.cpuUsage();
  const begin = process.hrtime.bigint();
  for (let done = 0; done < times; done += 1) {
    const result = work();
    if (result instanceof Promise) await result;
  }
  const taken = Number(process.hrtime.bigint() - begin) / NANOSECONDS;
  const { user, system } = process.cpuUsage(cpu);
  return { taken: taken / times, cpu: (user + system) / times };
}

async function check(name, { seal, open }) {
  const value = await seal();
  if (JSON.stringify(await open(value)) !== JSON.stringify(SESSION)) {
    throw new Error(`${name} gave another session back`);
  }
  return value;
}

/** Characters of a value, and microseconds by round, of both; no rounds measure the length alone. @param folder where the package was built */
export async function measureSealed({ rounds = 7, folder, log = () => undefined }) {
  const contenders = {
    ours: { ...(await ours(folder)), times: OURS_A_ROUND },
    peer: { ...ironSession, times: PEER_A_ROUND },
  };
  const measured = {};
  for (const [name, contender] of Object.entries(contenders)) {
    contender.value = await check(name, contender);
    measured[name] = { length: contender.value.length, seal: [], open: [], cpu: [] };
  }
  for (let round = rounds && -WARM_UPS; round < rounds; round += 1) {
    log(round < 0 ? 'sealed cookies: warm-up' : `sealed cookies: round ${round + 1} of ${rounds}`);
    for (const [name, { times, value, seal, open }] of Object.entries(contenders)) {
      const [sealing, opening] = [await timed(times, seal), await timed(times, () => open(value))];
      if (round < 0) continue;
      measured[name].seal.push(sealing.taken);
      measured[name].open.push(opening.taken);
      measured[name].cpu.push(sealing.cpu + opening.cpu);
    }
  }
  return measured;
}

/** How many times faster ours is, over the rounds. */
function faster({ ours: own, peer }) {
  const both = ({ seal, open }) => seal.map((sealing, round) => sealing + open[round]);
  return ratioOf(both(peer), both(own));
}

/** Rows for the table of targets. */
export function sealedTargets(measured) {
  const { ours: own, peer } = measured;
  const ratio = faster(measured);
  return [
    {
      what: `sealing and opening the ${SESSION_BYTES}-byte session, times faster than iron-session`,
      ours: spread(ratio),
      reach: `≥ ${FASTER_REACH}`,
      reached: decided(ratio, FASTER_REACH),
    },
    {
      what: "the same in processor time, since iron-session's goes to several threads",
      ours: spread(ratioOf(peer.cpu, own.cpu)),
      reach: NOT_MEASURED,
    },
    {
      what: `the sealed ${SESSION_BYTES}-byte session, characters of its cookie's value (iron-session's)`,
      peer: peer.length,
      ours: own.length,
      reach: `< ${peer.length}`,
      reached: own.length < peer.length,
      exact: true,
    },
  ];
}

export const sealedTable = ({ ours: own, peer }) =>
  table(
    ['a cookie from data and back', 'seal, µs', 'open, µs', 'both, µs of the processor', 'characters'],
    Object.entries({ 'nestjs-session-auth': own, 'iron-session': peer }).map(([name, { seal, open, cpu, length }]) => [
      name,
      fixed(median(seal)),
      fixed(median(open)),
      fixed(median(cpu)),
      length,
    ]),
  );

await byItself(import.meta, async (settings) => {
  const measured = await measureSealed(settings);
  return { table: sealedTable(measured), targets: sealedTargets(measured) };
});
