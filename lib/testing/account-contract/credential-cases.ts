import assert from 'node:assert/strict';
import type { AccountRepository } from '../../accounts/repository/account-repository.js';
import { changedAccount } from '../../accounts/repository/account.js';
import { accountCases, type AccountRepositoryHarness } from './account-case.js';
import { added, atOnce, created, credentialIds, fresh, kindOf, present } from './account-steps.js';

async function instancesOf({ repository, anotherInstance }: AccountRepositoryHarness): Promise<AccountRepository[]> {
  return [repository, (await anotherInstance?.()) ?? repository];
}

export const credentialCases = accountCases({
  'returns a credential as it was stored': async ({ repository }) => {
    const { id } = await created(repository);
    const credential = await added(repository, id, {
      kind: 'passkey',
      externalId: fresh('Aa_-'),
      name: 'Annas “Telefon” 📱',
      data: { counter: 3, transports: ['usb'] },
      createdAt: new Date(1_700_000_000_000),
      lastUsedAt: new Date(1_700_000_000_001),
      expiresAt: new Date(1_900_000_000_000),
    });
    assert.equal(credential.accountId, id);
    assert.equal(credential.version, 1);
    assert.deepEqual(await repository.credentials(id), [credential]);
    assert.deepEqual(await repository.findCredential('passkey', credential.externalId ?? ''), credential);
    assert.equal(await repository.findCredential('totp', credential.externalId ?? ''), null);
  },

  'finds a credential with its account, if it can find both at once': async ({ repository }) => {
    const [{ id }, other] = [await created(repository), await created(repository)];
    const externalId = fresh('Aa_-');
    const credential = await added(repository, id, { kind: 'token', externalId, data: { of: 'both' } });
    await added(repository, other.id, { kind: 'oauth', externalId });
    if (repository.findOwned === undefined) return;
    const account = await repository.find(id);
    assert.deepEqual(await repository.findOwned('token', externalId), { account, credential });
    assert.equal(await repository.findOwned('token', fresh()), null);
    assert.equal(await repository.findOwned('token', 'no\0text'), null);
    await repository.delete(id);
    assert.equal(await repository.findOwned('token', externalId), null);
  },

  'returns the credentials of an account, of one kind or of all, the oldest first': async ({ repository }) => {
    const [ada, grace] = [await created(repository), await created(repository)];
    const second = await added(repository, ada.id, { kind: 'totp', createdAt: new Date(2_000) });
    const first = await added(repository, ada.id, { kind: 'totp', createdAt: new Date(1_000) });
    const third = await added(repository, ada.id, { kind: 'passkey', createdAt: new Date(3_000) });
    await added(repository, grace.id, { kind: 'totp' });
    assert.deepEqual(await credentialIds(repository, ada.id), [first.id, second.id, third.id]);
    assert.deepEqual(await credentialIds(repository, ada.id, 'totp'), [first.id, second.id]);
  },

  'adds one credential of an external id, however many try at once': async (harness) => {
    const [ada, grace] = [await created(harness.repository), await created(harness.repository)];
    const externalId = fresh();
    const counts = await atOnce(20, await instancesOf(harness), (repository, index) =>
      repository.addCredential(index < 10 ? ada.id : grace.id, { kind: 'oauth', externalId }),
    );
    assert.deepEqual(counts, { added: 1, taken: 19 });
  },

  'lets two kinds have one external id, and any number of credentials none': async ({ repository }) => {
    const { id } = await created(repository);
    const externalId = fresh();
    await added(repository, id, { kind: 'oauth', externalId });
    await added(repository, id, { kind: 'api-key', externalId });
    await added(repository, id, { kind: 'totp' });
    await added(repository, id, { kind: 'totp' });
    assert.equal((await repository.credentials(id)).length, 4);
  },

  'adds nothing to an account that is gone': async ({ repository }) => {
    const { id } = await created(repository);
    await repository.delete(id);
    assert.deepEqual(await repository.addCredential(id, { kind: 'totp' }), { gone: true });
    assert.deepEqual(await repository.replaceCredentials(id, 'totp', [{ kind: 'totp' }]), { gone: true });
    assert.deepEqual(await repository.credentials(id), []);
  },

  'leaves no credential behind when an account is deleted while credentials are added': async (harness) => {
    const { id } = await created(harness.repository);
    const repositories = await instancesOf(harness);
    await atOnce(12, repositories, (repository, index) =>
      index === 5
        ? repository.delete(id)
        : repository.addCredential(id, { kind: 'recovery-code', externalId: fresh() }),
    );
    assert.equal(await harness.repository.find(id), null);
    assert.deepEqual(await harness.repository.credentials(id), []);
  },

  'updates a credential of the expected version, and raises the version': async ({ repository }) => {
    const { id } = await created(repository);
    const credential = await added(repository, id, { kind: 'totp', name: 'old', data: { step: 1 } });
    const changes = { name: 'new', data: { step: 2 }, lastUsedAt: new Date(1_700_000_000_000), externalId: fresh() };
    const result = await repository.updateCredential({ ...credential, ...changes }, 1);
    assert.deepEqual(result, { updated: { ...credential, ...changes, version: 2 } });
    assert.deepEqual(await repository.credentials(id), [{ ...credential, ...changes, version: 2 }]);
  },

  'lets one of many updates of a credential’s version succeed': async (harness) => {
    const { id } = await created(harness.repository);
    const credential = await added(harness.repository, id, { kind: 'totp', data: { step: 1 } });
    const counts = await atOnce(20, await instancesOf(harness), (repository) =>
      repository.updateCredential({ ...credential, data: { step: 2 } }, 1),
    );
    assert.deepEqual(counts, { updated: 1, conflict: 19 });
  },

  'refuses an update of a credential’s older version with the current one': async ({ repository }) => {
    const { id } = await created(repository);
    const credential = await added(repository, id, { kind: 'totp', name: 'first' });
    assert.equal(kindOf(await repository.updateCredential({ ...credential, name: 'second' }, 1)), 'updated');
    const late = await repository.updateCredential({ ...credential, name: 'late' }, 1);
    assert.deepEqual(late, { conflict: { ...credential, name: 'second', version: 2 } });
    assert.equal(await repository.deleteCredential(credential.id, 2), true);
    assert.deepEqual(await repository.updateCredential({ ...credential, name: 'late' }, 2), { gone: true });
  },

  'refuses an update to an external id that is taken': async ({ repository }) => {
    const { id } = await created(repository);
    const externalId = fresh();
    await added(repository, id, { kind: 'passkey', externalId });
    const credential = await added(repository, id, { kind: 'passkey', externalId: fresh() });
    assert.deepEqual(await repository.updateCredential({ ...credential, externalId }, 1), { taken: true });
  },

  'deletes a credential once, and says which call did it': async (harness) => {
    const { id } = await created(harness.repository);
    const credential = await added(harness.repository, id, { kind: 'recovery-code', externalId: fresh() });
    const counts = await atOnce(20, await instancesOf(harness), (repository) =>
      repository.deleteCredential(credential.id, 1),
    );
    assert.deepEqual(counts, { true: 1, false: 19 });
    assert.deepEqual(await harness.repository.credentials(id), []);
  },

  'does not delete a credential of another version': async ({ repository }) => {
    const { id } = await created(repository);
    const credential = await added(repository, id, { kind: 'totp' });
    assert.equal(await repository.deleteCredential(credential.id, 2), false);
    assert.deepEqual(await credentialIds(repository, id), [credential.id]);
  },

  'replaces the credentials of one kind': async ({ repository }) => {
    const { id } = await created(repository);
    const kept = await added(repository, id, { kind: 'totp' });
    await added(repository, id, { kind: 'recovery-code', externalId: fresh() });
    const codes = [fresh(), fresh()].map((externalId) => ({ kind: 'recovery-code', externalId }));
    const result = await repository.replaceCredentials(id, 'recovery-code', codes);
    assert.ok('replaced' in result);
    assert.deepEqual(
      new Set(await credentialIds(repository, id, 'recovery-code')),
      new Set(result.replaced.map((credential) => credential.id)),
    );
    assert.deepEqual(await credentialIds(repository, id, 'totp'), [kept.id]);
    // The same values again: the old ones are no hindrance.
    assert.equal(kindOf(await repository.replaceCredentials(id, 'recovery-code', codes)), 'replaced');
    assert.deepEqual(await repository.replaceCredentials(id, 'recovery-code', []), { replaced: [] });
    assert.deepEqual(await credentialIds(repository, id, 'recovery-code'), []);
  },

  'keeps the credentials if one of those that replace them is taken': async ({ repository }) => {
    const [ada, grace] = [await created(repository), await created(repository)];
    const externalId = fresh();
    await added(repository, grace.id, { kind: 'recovery-code', externalId });
    const old = await added(repository, ada.id, { kind: 'recovery-code', externalId: fresh() });
    const codes = [fresh(), externalId].map((code) => ({ kind: 'recovery-code', externalId: code }));
    assert.deepEqual(await repository.replaceCredentials(ada.id, 'recovery-code', codes), { taken: true });
    assert.deepEqual(await repository.credentials(ada.id), [old]);
  },

  'keeps the set of one call, however many replace at once': async (harness) => {
    const { id } = await created(harness.repository);
    const sets = Array.from({ length: 8 }, (_, set) => [0, 1, 2].map(() => fresh(`${String(set)}-`)));
    const counts = await atOnce(8, await instancesOf(harness), (repository, index) =>
      repository.replaceCredentials(
        id,
        'recovery-code',
        (sets[index] ?? []).map((externalId) => ({ kind: 'recovery-code', externalId })),
      ),
    );
    assert.deepEqual(counts, { replaced: 8 });
    const left = (await harness.repository.credentials(id)).map(({ externalId }) => externalId ?? '');
    assert.equal(left.length, 3);
    assert.equal(new Set(left.map((externalId) => externalId.split('-')[0])).size, 1);
  },

  'adds under the expected epoch only': async ({ repository }) => {
    const { id } = await created(repository, { epoch: 3 });
    const totp = { kind: 'totp' };
    assert.equal(kindOf(await repository.addCredential(id, totp, 3)), 'added');
    assert.deepEqual(await repository.addCredential(id, totp, 2), { gone: true });
    assert.deepEqual(await repository.replaceCredentials(id, 'totp', [totp, totp], 4), { gone: true });
    assert.equal((await repository.credentials(id)).length, 1);
    assert.equal(kindOf(await repository.replaceCredentials(id, 'totp', [totp, totp], 3)), 'replaced');
    assert.equal((await repository.credentials(id)).length, 2);
  },

  'adds nothing that whoever raises the epoch does not see': async (harness) => {
    const instances = await instancesOf(harness);
    const { id, epoch, version } = await created(harness.repository);
    let seen: readonly string[] = [];
    const raise = async (repository: AccountRepository): Promise<object> => {
      const account = await present(repository, id);
      const result = await repository.update(changedAccount(account, { epoch: epoch + 1 }), version);
      seen = await credentialIds(repository, id);
      return result;
    };
    const counts = await atOnce(17, instances, (repository, index) => {
      if (index === 8) return raise(repository);
      return repository.addCredential(id, { kind: 'passkey', externalId: fresh() }, epoch);
    });
    assert.equal(counts['updated'], 1);
    assert.deepEqual(await credentialIds(harness.repository, id), seen);
  },

  'lists expired credentials of one kind, the first to expire first': async ({ repository }) => {
    const kind = fresh('proof-');
    const { id } = await created(repository);
    const at = (expiresAt: number | null): Promise<{ readonly id: string }> =>
      added(repository, id, { kind, expiresAt: expiresAt === null ? null : new Date(expiresAt) });
    const second = await at(2_000);
    const first = await at(1_000);
    await at(3_001);
    await at(null);
    const third = await at(3_000);
    const ids = async (limit: number): Promise<string[]> =>
      (await repository.expiredCredentials(kind, new Date(3_000), limit)).map((credential) => credential.id);
    assert.deepEqual(await ids(100), [first.id, second.id, third.id]);
    assert.deepEqual(await ids(1), [first.id]);
  },
});
