/** What a session library does, as opposed to how fast. */
import { setTimeout as delay } from 'node:timers/promises';
import { startApplication } from './application-process.mjs';
import { Browser } from './browser.mjs';
import { stop } from './processes.mjs';

export const PARALLEL = 20;
const REQUESTS = 10;
const ATTEMPTS = 5;
/** Long enough for the slow request to have read the session, short enough for it not to have saved it. */
const LOGOUT_AFTER_MS = 80;

/** Runs `work` against an application that is started for it and stopped afterwards. */
async function withApplication(application, platform, ports, work) {
  const { port, child } = await startApplication(application, platform, ports);
  try {
    return await work(port);
  } finally {
    await stop(child);
  }
}

/** Of twenty parallel requests, each of which adds a key after some work: the keys that are there afterwards. */
async function keysKept(port) {
  const browser = new Browser(port);
  await browser.json('POST', '/fill');
  const requests = Array.from({ length: PARALLEL }, (_, index) => browser.json('GET', `/add?key=added${index}`));
  await Promise.all(requests);
  return (await browser.json('GET', '/keys')).kept;
}

/**
 * The user after a logout in the middle of a slow request that saves: as the browser sees it, and as one sees it who still
 * sends the cookies from before. On a busy machine the logout may come too late, which proves nothing: then once more.
 */
async function userAfterLogout(port) {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const browser = new Browser(port);
    await browser.json('POST', '/login');
    const { user } = await browser.json('GET', '/whoami');
    if (user !== 42) throw new Error(`the login must give user 42, not ${user}`);
    const old = browser.clone();
    let saved = false;
    const slow = browser.json('GET', '/slow').then(() => (saved = true));
    const logout = delay(LOGOUT_AFTER_MS)
      .then(() => browser.json('POST', '/logout'))
      .then(() => !saved);
    const [inTime] = await Promise.all([logout, slow]);
    if (inTime) {
      return { browser: (await browser.json('GET', '/whoami')).user, old: (await old.json('GET', '/whoami')).user };
    }
  }
  throw new Error(`of ${ATTEMPTS} slow requests, each ended before the logout: the machine is too busy`);
}

/** Both, as one measured row. */
export const behavioursOf = (application, platform, ports) =>
  withApplication(application, platform, ports, async (port) => ({
    kept: await keysKept(port),
    user: await userAfterLogout(port),
  }));

/** Redis commands a request with a cookie that is fresh, and the memory of one session. */
export const redisCostsOf = (application, platform, ports, meter) =>
  withApplication(application, platform, ports, async (port) => {
    await meter.flush();
    const browser = new Browser(port);
    await browser.json('POST', '/fill');
    const memory = await meter.memory();
    const commands = {};
    for (const route of application.routes) {
      await browser.json('GET', `/${route}`); // a script is sent in full the first time
      const sent = await meter.commandsDuring(async () => {
        for (let request = 0; request < REQUESTS; request += 1) await browser.json('GET', `/${route}`);
      });
      commands[route] = { each: sent.length / REQUESTS, names: sent.slice(0, sent.length / REQUESTS) };
    }
    return { memory, commands };
  });
