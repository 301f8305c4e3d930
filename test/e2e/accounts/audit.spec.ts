import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { Roles } from 'nestjs-session-auth';
import {
  AccountAdministration,
  AccountsService,
  AuditService,
  MemoryAuditLog,
  type AccountsModuleOptions,
  type AuditedEvent,
  type AuditRow,
} from 'nestjs-session-auth/accounts';
import { AuditWriter } from '../../../lib/accounts/audit/audit-writer.js';
import { auditedEvents } from '../../../lib/accounts/audit/audited-events.js';
import { CapturedLogger } from '../../support/captured-logger.js';
import { send, startAccounts, type AccountsApp } from '../../support/accounts-app.js';
import type { CookieJar } from '../../support/jar.js';

const password = 'a long enough phrase';
const ada = { email: 'ada@example.com', password };
const boss = { email: 'boss@example.com', password, roles: ['admin'] };

/** A log that fails as it is told. */
class FailingLog extends MemoryAuditLog {
  /** How many appends fail from now on. */
  failures = 0;
  appends = 0;

  override async append(rows: readonly AuditRow[]): Promise<boolean> {
    this.appends++;
    if (this.failures-- > 0) throw new Error('no connection');
    return super.append(rows);
  }
}

@Controller()
class ShopController {
  @Get('reports')
  @Roles('admin')
  reports() {
    return {};
  }
}

let app: AccountsApp;
let log: FailingLog;
let id: string;
let bossId: string;

afterEach(() => app.close());

async function start(
  audit: AccountsModuleOptions['audit'] = {},
  setup: Parameters<typeof startAccounts>[1] = {},
): Promise<void> {
  log = new FailingLog();
  app = await startAccounts(
    { audit: { log, ...audit }, impersonation: true, recovery: true, mailLogin: true, deletion: true, admin: 'admin' },
    { controllers: [ShopController], ...setup },
  );
  const accounts = app.app.get(AccountsService);
  ({ id } = await accounts.create(ada));
  ({ id: bossId } = await accounts.create(boss));
}

async function loggedIn({ email } = ada): Promise<CookieJar> {
  const jar = app.jar();
  await send(jar, '/auth/login', { identity: email, password });
  return jar;
}

/** All rows, once they are written. */
async function rows(): Promise<readonly AuditedEvent[]> {
  expect(await app.app.get(AuditWriter).drain(10_000)).toBe(0);
  return app.app.get(AuditService).list({ limit: 1_000 });
}

const eventsIn = (list: readonly AuditedEvent[]): string[] => list.map(({ event }) => event);

describe('the audit log', () => {
  it('has a row of each event of accounts and their logins, with who has done it, from where and with what', async () => {
    await start();
    const before = Date.now();
    const jar = app.jar();
    await send(jar, '/auth/login', { identity: ada.email, password: 'wrong' });
    await jar.fetch('/auth/login', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'sec-fetch-site': 'same-origin',
        'user-agent': `Firefox ${'x'.repeat(400)}`,
      },
      body: JSON.stringify({ identity: ada.email, password }),
    });
    await send(jar, '/auth/password', { current: password, password: 'another long phrase' });
    await send(app.jar(), '/auth/recover', { email: ada.email });
    await app.app.get(AccountAdministration).disable(id, { by: bossId, address: '192.0.2.7' });
    await app.app.get(AccountAdministration).enable(id);
    const list = await rows();
    const byEvent = (event: string) => list.find((row) => row.event === event);
    expect(byEvent('loginFailed')).toMatchObject({ accountId: null, actor: 'unknown', address: '127.0.0.1' });
    expect(byEvent('login')).toEqual({
      sequence: expect.any(Number),
      at: expect.any(Date),
      event: 'login',
      accountId: id,
      actor: 'self',
      actorId: null,
      address: '127.0.0.1',
      userAgent: `Firefox ${'x'.repeat(248)}`,
      data: { publicId: expect.any(String), factors: ['pwd'], restored: false },
    });
    expect(byEvent('passwordChanged')).toMatchObject({ accountId: id, actor: 'self', userAgent: 'node' });
    expect(byEvent('resetRequested')).toMatchObject({ accountId: id, actor: 'unknown' });
    expect(byEvent('accountDisabled')).toMatchObject({ actor: 'administrator', actorId: bossId, address: '192.0.2.7' });
    expect(byEvent('accountEnabled')).toMatchObject({ actor: 'application', actorId: null, address: null });
    expect(list.every(({ at }) => at.getTime() >= before && at.getTime() <= Date.now())).toBe(true);
    expect(list.map(({ sequence }) => sequence)).toEqual(list.map((_, index) => index + 1));
    const text = JSON.stringify(await log.list());
    for (const secret of [password, ada.email, 'another long phrase', jar.header.split('=')[1] ?? '']) {
      expect(text).not.toContain(secret);
    }
    expect(await app.app.get(AuditService).verify()).toMatchObject({ rows: list.length, broken: null });
  });

  it('says of everything that an administrator does in the place of a user that it was not the user', async () => {
    await start();
    const jar = await loggedIn(boss);
    await send(jar, '/auth/impersonate', { account: id, reason: 'ticket 7' });
    await jar.fetch('/reports');
    await send(jar, '/auth/logout', {});
    const list = (await rows()).filter(({ accountId }) => accountId === id);
    expect(list.map(({ event, actor, actorId }) => [event, actor, actorId])).toEqual([
      ['impersonationStarted', 'impersonator', bossId],
      ['refused', 'impersonator', bossId],
      ['impersonationEnded', 'impersonator', bossId],
      ['logout', 'impersonator', bossId],
    ]);
    expect(list[0]?.data).toMatchObject({ reason: 'ticket 7' });
    expect(eventsIn(await app.app.get(AuditService).list({ account: bossId }))).toEqual([
      'login',
      ...list.map(({ event }) => event),
    ]);
  });

  it('keeps no event that the application leaves out, and no address and browser without `client`', async () => {
    await start({ except: ['login'], client: false });
    const jar = await loggedIn();
    await send(jar, '/auth/logout', {});
    expect(await rows()).toEqual([expect.objectContaining({ event: 'logout', address: null, userAgent: null })]);
  });

  it('gives what it has of an account to its owner, with the other data', async () => {
    await start();
    await loggedIn(boss);
    const jar = await loggedIn();
    const { audit } = (await jar.json('/auth/account/export')) as { audit: AuditedEvent[] };
    expect(audit.map(({ event, accountId }) => [event, accountId])).toEqual([['login', id]]);
  });

  it('writes later what it cannot write now, and nobody waits for it', async () => {
    const logger = new CapturedLogger();
    await start({}, { logger });
    log.failures = 1;
    expect((await send(app.jar(), '/auth/login', { identity: ada.email, password })).status).toBe(200);
    expect(eventsIn(await rows())).toEqual(['login']);
    expect(logger.text).toContain('The audit log cannot be written. Rows that wait: 1. Error: no connection');
  });

  it('writes a row once whose writing seems to have failed', async () => {
    await start();
    const append = log.append.bind(log);
    log.append = async (added) => {
      log.append = append;
      await append(added);
      throw new Error('the answer was lost');
    };
    await loggedIn();
    expect(eventsIn(await rows())).toEqual(['login']);
    await loggedIn();
    expect(eventsIn(await rows())).toEqual(['login', 'login']);
    expect((await app.app.get(AuditService).verify()).broken).toBeNull();
  });

  it('lets no answer of accounts out without its row, if the application wants that', async () => {
    const logger = new CapturedLogger();
    await start({ onError: 'fail' }, { logger });
    log.failures = 1;
    const failed = await send(app.jar(), '/auth/login', { identity: ada.email, password });
    expect(failed).toMatchObject({
      status: 503,
      body: { message: 'This cannot be recorded at the moment. Try again.' },
    });
    expect((await send(app.jar(), '/auth/login', { identity: ada.email, password })).status).toBe(200);
    // Already written when the answer is there.
    expect(eventsIn(await app.app.get(AuditService).list())).toEqual(['login', 'login']);
  });

  it('says how many rows it has lost, if more wait than may', async () => {
    const logger = new CapturedLogger();
    await start({ queueSize: 100, onError: 'fail' }, { logger });
    log.failures = 1;
    const writer = app.app.get(AuditWriter);
    const nobody = { accountId: null, actor: 'application', actorId: null, address: null, userAgent: null } as const;
    for (let row = 0; row < 107; row++) writer.add({ at: row, event: 'login', ...nobody, data: '{}' });
    // Whoever waits for a row that is lost must not be told that it is written.
    await expect(writer.written()).rejects.toMatchObject({ status: 503 });
    const list = await rows();
    await writer.written();
    expect(list.filter(({ event }) => event === 'login')).toHaveLength(100);
    expect(list.filter(({ event }) => event === 'auditGap').map(({ data }) => data)).toEqual([{ lost: 7 }]);
    // Two batches, and the one that failed.
    expect(log.appends).toBe(3);
  });

  it('writes what waits before the application ends, and says what it could not', async () => {
    const logger = new CapturedLogger();
    await start({}, { logger });
    log.failures = 1;
    await loggedIn();
    await app.close();
    expect((await log.list()).map(({ event }) => event)).toEqual(['login']);
    await start({}, { logger });
    await loggedIn();
    log.failures = 10;
    await loggedIn();
    await app.close();
    expect(logger.text).toContain('could not be written in time: 1.');
    await start();
  });

  it('is none unless the application has one', async () => {
    app = await startAccounts();
    await expect(app.app.get(AuditService).list()).rejects.toThrow('There is no audit log of accounts');
  });

  it('knows every event that it keeps', () => {
    expect(new Set(auditedEvents).size).toBe(auditedEvents.length);
    expect(auditedEvents).toContain('accountDeleted');
  });
});
