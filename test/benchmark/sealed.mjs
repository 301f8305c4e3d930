/**
 * What it costs to turn the benchmark's session into a cookie and back, against iron-session, which seals as well.
 *
 *   node test/benchmark/sealed.mjs [--rounds 7] [--from dist]     by itself; `--from` names a folder with the built package
 *
 * Both go the whole way: from data to the value of a cookie, and from the value to data. Ours makes the Set-Cookie lines and
 * reads a Cookie header besides, since no shorter way leads in and out.
 */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sealData, unsealData } from 'iron-session';
import { SECRET, SESSION, SESSION_BYTES } from './apps/data.mjs';
import { median } from './speed.mjs';
import { fixed, spread, table, verdict } from './markdown.mjs';

const FASTER_REACH = 50;
/** Rounds that do not count: code is compiled as it runs. */
const WARM_UPS = 3;
const OURS_A_ROUND = 10_000;
const PEER_A_ROUND = 200;
const HOUR = 3_600_000;
/** In a microsecond. */
const NANOSECONDS = 1000;

/** Sealing and opening by the package that was built into `folder`. */
async function ours(folder) {
  const load = (path) => import(pathToFileURL(join(folder, path)).href);
  const { KeyRing } = await load('cookie/key-ring.js');
  const { SealedCookie, sealedSessionPurpose } = await load('cookie/sealed-cookie.js');
  const { SealedSessionCookie } = await load('http/sealed-session-cookie.js');
  const { RecordCodec } = await load('session/record-codec.js');
  const { SealedRecords } = await load('session/sealed-records.js');
  const { newSessionId } = await load('session/session-id.js');

  const attributes = { path: '/', domain: null, secure: false, httpOnly: true, sameSite: 'lax', partitioned: false };
  const sealed = new SealedCookie(
    { name: 'session', ...attributes },
    new KeyRing(SECRET),
    sealedSessionPurpose,
    12_288,
  );
  const cookie = new SealedSessionCookie(sealed);
  const codec = new RecordCodec('msgpack');
  const { capacity } = sealed;
  const options = { keyPrefix: 'session:', maxSize: 1_048_576, capacity, compressAbove: null };
  const records = new SealedRecords(codec, options, {});
  const id = newSessionId(16);
  return {
    seal() {
      const now = Date.now();
      const record = { data: SESSION, createdAt: now, rotatedAt: now, permanent: false, flashes: [], auth: null };
      const times = { expiresAt: now + HOUR, usedAt: now };
      const [line] = cookie.linesFor(records.seal(id, codec.encode(record), SESSION, times), now, null, false);
      return line.slice('session='.length, line.indexOf(';'));
    },
    open: (value) => records.open(cookie.read(`session=${value}`).carried, Date.now()).record.data,
  };
}

const ironSession = {
  seal: () => sealData(SESSION, { password: SECRET }),
  open: (value) => unsealData(value, { password: SECRET }),
};

/** Microseconds for each of `times` calls, one after the other; what a call gives is waited for where it is a promise. */
async function timed(times, work) {
  const begin = process.hrtime.bigint();
  for (let done = 0; done < times; done += 1) {
    const result = work();
    if (result instanceof Promise) await result;
  }
  return Number(process.hrtime.bigint() - begin) / NANOSECONDS / times;
}

async function check(name, { seal, open }) {
  const value = await seal();
  if (JSON.stringify(await open(value)) !== JSON.stringify(SESSION)) {
    throw new Error(`${name} gave another session back`);
  }
  return value;
}

/** Bytes of a value, and microseconds by round, of both. @param folder where the package was built */
export async function measureSealed({ rounds = 7, folder, log = () => undefined }) {
  const contenders = {
    ours: { ...(await ours(folder)), times: OURS_A_ROUND },
    peer: { ...ironSession, times: PEER_A_ROUND },
  };
  const measured = {};
  for (const [name, contender] of Object.entries(contenders)) {
    contender.value = await check(name, contender);
    measured[name] = { bytes: contender.value.length, seal: [], open: [] };
  }
  for (let round = -WARM_UPS; round < rounds; round += 1) {
    log(round < 0 ? 'sealed cookies: warm-up' : `sealed cookies: round ${round + 1} of ${rounds}`);
    for (const [name, { times, value, seal, open }] of Object.entries(contenders)) {
      const [sealing, opening] = [await timed(times, seal), await timed(times, () => open(value))];
      if (round < 0) continue;
      measured[name].seal.push(sealing);
      measured[name].open.push(opening);
    }
  }
  return measured;
}

/** Whether a ratio reaches its target; `'unclear'` where the rounds disagree. */
function decided({ least, greatest }, reach) {
  if (least >= reach) return true;
  return greatest < reach ? false : 'unclear';
}

/** How many times faster ours is, over the rounds. */
function faster({ ours: own, peer }) {
  const ratios = own.seal.map(
    (_, round) => (peer.seal[round] + peer.open[round]) / (own.seal[round] + own.open[round]),
  );
  return { median: median(ratios), least: Math.min(...ratios), greatest: Math.max(...ratios) };
}

/** The targets, as the report has them. */
export function sealedTargets(measured) {
  const { ours: own, peer } = measured;
  const ratio = faster(measured);
  return [
    {
      what: `sealing and opening the ${SESSION_BYTES}-byte session, times faster than iron-session`,
      peer: '1.00',
      ours: spread(ratio),
      reach: `≥ ${FASTER_REACH}`,
      reached: decided(ratio, FASTER_REACH),
    },
    {
      what: `the sealed ${SESSION_BYTES}-byte session, characters of its cookie's value`,
      peer: peer.bytes,
      ours: own.bytes,
      reach: `< ${peer.bytes}`,
      reached: own.bytes < peer.bytes,
    },
  ];
}

function setting(name, otherwise) {
  const at = process.argv.indexOf(name);
  return at === -1 ? otherwise : process.argv[at + 1];
}

async function run() {
  const root = join(import.meta.dirname, '..', '..');
  const folder = resolve(root, setting('--from', 'dist'));
  const log = (text) => process.stderr.write(`bench: ${text}\n`);
  const measured = await measureSealed({ rounds: Number(setting('--rounds', '7')), folder, log });
  const rows = Object.entries({ 'this package': measured.ours, 'iron-session': measured.peer });
  console.log(
    table(
      ['', 'seal, µs', 'open, µs', 'characters'],
      rows.map(([name, { seal, open, bytes }]) => [name, fixed(median(seal)), fixed(median(open)), bytes]),
    ),
  );
  const targets = sealedTargets(measured);
  console.log(
    `\n${table(
      ['target', 'iron-session', 'this package', 'to reach', 'reached'],
      targets.map(({ what, peer, ours: own, reach, reached }) => [what, peer, own, reach, verdict(reached)]),
    )}`,
  );
  process.exitCode = targets.some(({ reached }) => reached === false) ? 1 : 0;
}

if (process.argv[1] === import.meta.filename) await run();
