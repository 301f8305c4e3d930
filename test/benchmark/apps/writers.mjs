/** Writers of one session, in a process of their own: `writers.mjs` starts it, and says what is to be done. */
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SESSION_STORE, SessionModule } from '../../../.cache/library/index.js';
import { SessionRuntime } from '../../../.cache/library/http/session-runtime.js';
import { stateOf } from '../../../.cache/library/session/session.js';
import { SECRET } from './data.mjs';
import { storeSettings } from './our-stores.mjs';

const { store: name, ...context } = JSON.parse(process.argv[2]);

/** About 190 kB, as a visitor can bring them in by a few posts. */
const large = () => Object.fromEntries(Array.from({ length: 6 }, (_, key) => [`k${key}`, new Array(32_000).fill([])]));
const SMALL_WRITERS = 12;

class Root {}
Module({
  imports: [
    SessionModule.forRoot({
      secretKey: SECRET,
      storeTimeout: '60s',
      // The large session is as large as a visitor could make it with the limits off.
      maxSize: '1mb',
      maxNodes: null,
      ...(await storeSettings(name, context)),
    }),
  ],
})(Root);

const app = await NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false });
const { repository } = app.get(SessionRuntime, { strict: false });
const store = app.get(SESSION_STORE, { strict: false });
const counts = { writes: 0, conflicts: 0 };
const write = store.write.bind(store);
store.write = async (...call) => {
  counts.writes += 1;
  const result = await write(...call);
  if ('conflict' in result) counts.conflicts += 1;
  return result;
};

const many = (count, work) => Promise.all(Array.from({ length: count }, (_, index) => work(index)));
const load = async (id) => (await repository.load({ id, issuedAt: Date.now() })) ?? fail('there is no session');
const fail = (reason) => {
  throw new Error(reason);
};

async function begin(data) {
  const session = repository.create().update(data);
  await session.commit();
  return stateOf(session).stored.id;
}

/** All have read the session before any of them writes. */
async function add({ id, from, count }) {
  const sessions = await many(count, () => load(id));
  Object.assign(counts, { writes: 0, conflicts: 0 });
  const answers = await Promise.allSettled(
    sessions.map((session, index) => session.set(`key${from + index}`, index).commit()),
  );
  return { ...counts, refused: answers.filter(({ status }) => status === 'rejected').length };
}

/** Processor time, in microseconds, of requests that each read a large session and change one small key of it. */
async function cpuOf(ids) {
  const before = process.cpuUsage();
  await Promise.all(
    ids.map(async (id) => {
      const session = await load(id);
      session.set('last', Math.random());
      await session.commit();
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

async function amplification() {
  const one = await begin(large());
  const own = await many(SMALL_WRITERS, () => begin(large()));
  const same = Array.from({ length: SMALL_WRITERS }, () => one);
  // The first round does not count: code is compiled as it runs.
  const ratios = [];
  for (let round = -2; round < 5; round += 1) {
    const [shared, apart] = [await cpuOf(same), await cpuOf(own)];
    if (round >= 0) ratios.push(shared / apart);
  }
  return ratios;
}

const works = {
  begin: () => begin({ began: true }),
  add,
  kept: async ({ id }) => Object.keys(await load(id)).length - 1,
  amplification,
};

process.on('message', async ({ work, ...rest }) => {
  try {
    process.send({ answer: await works[work](rest) });
  } catch (error) {
    process.send({ error: error.stack });
  }
});
process.on('disconnect', () => process.exit());
process.send({ answer: 'ready' });
