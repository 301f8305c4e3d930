import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AccountDeletionService, MemoryAccountRepository } from 'nestjs-session-auth/accounts';
import { send } from '../../support/accounts-app.js';
import { Factors } from '../../support/second-factors.js';
import { until } from '../../support/until.js';

const day = 86_400_000;
let factors: Factors;
let repository: MemoryAccountRepository;

beforeEach(() => {
  // Only intervals: what a test does not turn does not help.
  jest.useFakeTimers({
    doNotFake: ['setTimeout', 'setImmediate', 'nextTick', 'performance', 'Date', 'queueMicrotask'],
  });
  factors = new Factors();
  repository = new MemoryAccountRepository({ now: () => factors.now });
});

afterEach(async () => {
  jest.useRealTimers();
  await factors.app.close();
});

const kindsThereAre = async (): Promise<string[]> => {
  const account = await repository.findBy('email', '1:ada@example.com');
  const rows = await repository.credentials(account?.id ?? '');
  return [...new Set(rows.map(({ kind }) => kind))].sort();
};

/** An account with a factor that it has, and with one row of each kind that expires: a removed factor and its notice among them. */
async function start(options: Parameters<Factors['start']>[0]): Promise<void> {
  await factors.start({ repository, ...options });
  const { jar, id } = await factors.withTotp();
  await factors.withTotp(jar, 'a second one');
  expect((await send(jar, `/auth/factors/${id}`, {}, 'DELETE')).status).toBe(204);
  await send(jar, '/auth/factors/totp', { name: 'never ended' });
  const account = await repository.findBy('email', '1:ada@example.com');
  const expiresAt = new Date(factors.now + 7 * day);
  await repository.addCredential(account?.id ?? '', {
    kind: 'reserved-email',
    externalId: '1:old@example.com',
    expiresAt,
  });
  await repository.addCredential(account?.id ?? '', { kind: 'phone', data: { enabled: false }, expiresAt });
  await repository.addCredential(account?.id ?? '', { kind: 'trusted-device', expiresAt });
  // The mails about the factors, and so their proofs, are made after the answers.
  await factors.app.box.mail(3);
}

const rowsOfAll = ['phone', 'proof', 'removed-factor', 'reserved-email', 'totp', 'trusted-device'];

describe('rows that have expired, of an account that never changes again', () => {
  it('are removed by the purge, a minute after their time and not before', async () => {
    await start({ deletion: { purgeInterval: null } });
    const purge = () => factors.app.app.get(AccountDeletionService).purge();
    expect(await kindsThereAre()).toEqual(rowsOfAll);
    factors.now += 6 * day;
    await purge();
    expect(await kindsThereAre()).toEqual(rowsOfAll);
    factors.now += day + 60_000;
    expect(await purge()).toBe(0);
    expect(await kindsThereAre()).toEqual(['totp']);
    const account = await repository.findBy('email', '1:ada@example.com');
    const totp = await repository.credentials(account?.id ?? '', 'totp');
    expect(totp.map(({ name }) => name)).toEqual(['a second one']);
  });

  it('are removed however many they are', async () => {
    await factors.start({ repository });
    const { id = '' } = (await repository.findBy('email', '1:ada@example.com')) ?? {};
    const expiresAt = new Date(factors.now);
    for (let number = 0; number < 250; number++) await repository.addCredential(id, { kind: 'proof', expiresAt });
    factors.now += 60_000;
    await factors.app.app.get(AccountDeletionService).purge();
    expect(await repository.credentials(id)).toEqual([]);
  });

  it('are removed from time to time, also where accounts cannot be deleted', async () => {
    await start({ deletion: false });
    factors.now += 7 * day + 60_000;
    expect(await kindsThereAre()).toEqual(rowsOfAll);
    jest.advanceTimersByTime(3_600_000);
    await until('they are removed', async () => (await kindsThereAre()).length === 1);
  });
});
