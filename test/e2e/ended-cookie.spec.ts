import { afterEach, describe, expect, it } from '@jest/globals';
import type { SessionModuleOptions } from 'nestjs-session-auth';
import { KeyRing } from '../../lib/cookie/key-ring.js';
import { sessionCookiePurpose } from '../../lib/cookie/signed-cookie.js';
import { signValue } from '../../lib/cookie/signed-value.js';
import { platforms, startApp, testSecret, type RunningApp } from '../support/app.js';
import { FailingStore } from '../support/failing-store.js';
import { HeardEvents } from '../support/heard-events.js';
import { DevicesController, post } from './devices-controller.js';
import { callsDuring, sessionCookies } from './http-table.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const none = { read: 0, write: 0, touch: 0, delete: 0 };

interface Account {
  readonly id: number;
  readonly isAdmin?: boolean;
}

describe.each(platforms)('the absolute end in the cookie, on %s', (platform) => {
  let running: RunningApp;
  let heard: HeardEvents;
  let store: FailingStore;
  let time = 0;

  async function start(options: SessionModuleOptions = {}): Promise<void> {
    heard = new HeardEvents();
    time = Date.UTC(2026, 5, 1);
    store = new FailingStore();
    await restart(options);
  }

  /** Another process on the same store. */
  async function restart(options: SessionModuleOptions): Promise<void> {
    const session = { store, observer: heard.observer, clock: () => time, idleTimeout: '30d', ...options };
    running = await startApp({ platform, session, controllers: [DevicesController] });
  }

  afterEach(() => running.close());

  function partsOf(cookie: string | undefined): string[] {
    return (cookie ?? '').split('.');
  }

  it('ASVS 7.3.2: a cookie past it is no session, costs no store call, and is told of', async () => {
    await start({ absoluteTimeout: '2h' });
    const jar = running.jar();
    expect((await jar.fetch('/login', post({ user: 7 }))).status).toBe(201);
    const ends = Number.parseInt(partsOf(jar.get('session'))[2] ?? '', 36) * 1000;
    expect(ends).toBe(time + 2 * HOUR);

    time = ends - 1;
    expect((await jar.copy().fetch('/me')).status).toBe(200);
    time = ends;
    heard.forget();
    const calls = await callsDuring(store, async () => {
      for (const again of [1, 2]) {
        const response = await jar.copy().fetch('/me');
        expect({ again, status: response.status, lines: sessionCookies(response) }).toEqual({
          again,
          status: 401,
          lines: [],
        });
      }
    });
    expect(calls).toEqual(none);
    expect(heard.of('expired')).toHaveLength(2);
  });

  it('goes on as a new session with another id', async () => {
    await start({ absoluteTimeout: '2h' });
    const jar = running.jar();
    await jar.fetch('/set/cart', post());
    const [former] = partsOf(jar.get('session'));
    time += 2 * HOUR;
    expect((await jar.fetch('/set/coupon', post())).status).toBe(201);
    const [id, , ends] = partsOf(jar.get('session'));
    expect(id).not.toBe(former);
    expect(Number.parseInt(ends ?? '', 36) * 1000).toBe(time + 2 * HOUR);
  });

  it('is that of the login where the login brings its own', async () => {
    await start({
      absoluteTimeout: '90d',
      timeoutsOf: (user) => ((user as Account).isAdmin === true ? { absoluteTimeout: '1h' } : null),
    });
    const admin = running.jar();
    expect((await admin.fetch('/login', post({ user: { id: 1, isAdmin: true } }))).status).toBe(201);
    time += HOUR;
    const calls = await callsDuring(store, async () => {
      expect((await admin.fetch('/me')).status).toBe(401);
    });
    expect(calls).toEqual(none);
  });

  it('is left out where there is no absolute timeout', async () => {
    await start({ absoluteTimeout: null });
    const jar = running.jar();
    await jar.fetch('/login', post({ user: 7 }));
    expect(partsOf(jar.get('session'))).toHaveLength(3);
    time += 29 * 24 * HOUR;
    expect((await jar.fetch('/me')).status).toBe(200);
  });

  it('is added to a cookie of a former version, whose session lives on', async () => {
    await start({ absoluteTimeout: '2h' });
    const jar = running.jar();
    await jar.fetch('/login', post({ user: 7 }));
    const [id = '', issued = ''] = partsOf(jar.get('session'));
    const former = signValue(new KeyRing(testSecret), sessionCookiePurpose, id, Number.parseInt(issued, 36) * 1000);
    expect(partsOf(former)).toHaveLength(3);

    const old = running.jar();
    old.set('session', former);
    expect((await old.fetch('/me')).status).toBe(200);
    expect(old.get('session')).toBe(jar.get('session'));
    expect(sessionCookies(await old.fetch('/me'))).toEqual([]);

    time += 2 * HOUR;
    const late = running.jar();
    late.set('session', former);
    expect((await late.fetch('/me')).status).toBe(401);
  });

  it('follows the settings: whoever comes with the end of former ones gets that of today', async () => {
    await start({ absoluteTimeout: '2h' });
    const jar = running.jar();
    await jar.fetch('/login', post({ user: 7 }));
    await running.close();
    await restart({ absoluteTimeout: '10h' });
    const again = running.jar();
    again.set('session', jar.get('session') ?? '');
    time += MINUTE;
    expect((await again.fetch('/me')).status).toBe(200);
    time += 9 * HOUR;
    expect((await again.fetch('/me')).status).toBe(200);
  });
});
