import { describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { LastingProofs, type LastingClaim } from '../../lib/accounts/proofs/lasting-proofs.js';
import type { AccountRepository } from '../../lib/accounts/repository/account-repository.js';
import { KyselyAccountRepository } from '../../lib/accounts/repository/kysely/kysely-account-repository.js';
import { MemoryAccountRepository } from '../../lib/accounts/repository/memory-account-repository.js';
import { KeyRing } from '../../lib/cookie/key-ring.js';

const keys = new KeyRing('k'.repeat(32));
const day = 86_400_000;

interface Made {
  readonly proofs: LastingProofs;
  readonly repository: AccountRepository;
  readonly clock: { ahead: number };
  readonly accountId: string;
  issue(purpose?: string): Promise<string>;
}

async function made(repository: AccountRepository): Promise<Made> {
  const clock = { ahead: 0 };
  const runtime = {
    now: () => Date.now() + clock.ahead,
    report: (error: unknown) => {
      throw error;
    },
  };
  const proofs = new LastingProofs(repository, keys, runtime);
  const created = await repository.create({ email: 'ada@example.com', emailKey: '1:ada@example.com' });
  if (!('created' in created)) throw new Error('There is no account.');
  const { id: accountId, epoch } = created.created;
  const issue = async (purpose = 'undo'): Promise<string> => {
    const token = await proofs.issue({ purpose, accountId, epoch, data: { note: 'a secret note' }, validFor: 7 * day });
    if (token === null) throw new Error('Nothing was issued.');
    return token;
  };
  return { proofs, repository, clock, accountId, issue };
}

async function claimed({ proofs }: Made, token: string): Promise<LastingClaim> {
  const claim = await proofs.claim('undo', token);
  if (claim === null) throw new Error('Nothing was claimed.');
  return claim;
}

describe.each<[string, () => AccountRepository]>([
  ['memory', () => new MemoryAccountRepository()],
  ['SQLite', () => new KyselyAccountRepository(new Database(':memory:'))],
])('lasting proofs in %s', (_name, open) => {
  it('prove what they were issued for, and for their purpose alone', async () => {
    const one = await made(open());
    const token = await one.issue();
    expect(await one.proofs.read('undo', token)).toMatchObject({
      accountId: one.accountId,
      data: { note: 'a secret note' },
    });
    expect(await one.proofs.read('not-me', token)).toBeNull();
    expect(await one.proofs.claim('not-me', token)).toBeNull();
  });

  it('are claimed by one of twenty at once', async () => {
    const one = await made(open());
    const token = await one.issue();
    const claims = await Promise.all(Array.from({ length: 20 }, () => one.proofs.claim('undo', token)));
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  });

  it('are gone once a claim is complete, and back once it is released', async () => {
    const one = await made(open());
    const token = await one.issue();
    const first = await claimed(one, token);
    expect(await one.proofs.claim('undo', token)).toBeNull();
    await first.release();
    const second = await claimed(one, token);
    await second.complete();
    expect(await one.proofs.read('undo', token)).toBeNull();
  });

  it('are free again half a minute after a crash', async () => {
    const one = await made(open());
    const token = await one.issue();
    await claimed(one, token);
    one.clock.ahead = 31_000;
    await claimed(one, token);
  });

  it('are valid for their time, and removed with the next one after it', async () => {
    const one = await made(open());
    const token = await one.issue();
    one.clock.ahead = 7 * day + 1_000;
    expect(await one.proofs.read('undo', token)).toBeNull();
    expect(await one.proofs.openUntil(one.accountId, 'undo')).toBeNull();
    await one.issue();
    expect(await one.repository.credentials(one.accountId, 'proof')).toHaveLength(1);
  });

  it('are void with what has happened since, a claimed one included, and not with what was before', async () => {
    const one = await made(open());
    const older = await one.issue();
    one.clock.ahead = 1_000;
    const since = Date.now() + one.clock.ahead;
    const later = [await one.issue('not-me'), await one.issue()];
    await claimed(one, later[1] ?? '');
    await one.proofs.voidSince(one.accountId, ['undo', 'not-me'], since);
    expect(await one.proofs.read('not-me', later[0] ?? '')).toBeNull();
    expect(await one.proofs.read('undo', later[1] ?? '')).toBeNull();
    expect(await one.proofs.read('undo', older)).not.toBeNull();
  });

  it('store neither the token nor what it is about', async () => {
    const one = await made(open());
    const token = await one.issue();
    const rows = JSON.stringify(await one.repository.credentials(one.accountId));
    for (const part of [token.slice(0, 22), token.slice(22), 'a secret note']) expect(rows).not.toContain(part);
  });

  it('are not issued for an account that is gone', async () => {
    const one = await made(open());
    await one.repository.delete(one.accountId);
    const proof = { purpose: 'undo', accountId: one.accountId, epoch: 0, data: {}, validFor: day };
    expect(await one.proofs.issue(proof)).toBeNull();
  });
});
