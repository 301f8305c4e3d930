import assert from 'node:assert/strict';
import { changedAccount } from '../../accounts/repository/account.js';
import type { AccountRepository } from '../../accounts/repository/account-repository.js';
import { accountCases, type AccountRepositoryHarness } from './account-case.js';
import { atOnce, created, credentialIds, fresh, kindOf, newAccount, present } from './account-steps.js';

async function instancesOf({ repository, anotherInstance }: AccountRepositoryHarness): Promise<AccountRepository[]> {
  return [repository, (await anotherInstance?.()) ?? repository];
}

export const storedAccountCases = accountCases({
  'finds an account by its id, by its address and by its username': async ({ repository }) => {
    const usernameKey = fresh('1:ada');
    const account = await created(repository, { username: 'Ada', usernameKey });
    assert.deepEqual(await repository.find(account.id), account);
    assert.deepEqual(await repository.findBy('email', account.emailKey), account);
    assert.deepEqual(await repository.findBy('username', usernameKey), account);
  },

  'finds nothing by what is absent': async ({ repository }) => {
    assert.equal(await repository.find(fresh()), null);
    assert.equal(await repository.findBy('email', fresh()), null);
    assert.equal(await repository.findBy('username', fresh()), null);
    assert.equal(await repository.findBy('username', ''), null);
  },

  'returns everything as it was stored': async ({ repository }) => {
    const stored = await created(repository, {
      emailConfirmedAt: new Date(1_700_000_000_001),
      username: 'Grüße 🚀',
      usernameKey: fresh('1:grüße'),
      password: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA',
      active: false,
      roles: ['admin', 'Büro'],
      locale: 'de',
      epoch: 7,
      state: { lockedUntil: 1_700_000_000_000, resetOwed: true, handle: 'h', more: { deep: [1, 'two', null, false] } },
      data: { company: "Anna's “Café” \\ 🍰\n", employees: 3.5 },
      createdAt: new Date(1_600_000_000_000),
      passwordChangedAt: new Date(1_650_000_000_000),
    });
    const found = await present(repository, stored.id);
    assert.deepEqual(found, stored);
    assert.equal(found.password, '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA');
    assert.deepEqual(found.roles, ['admin', 'Büro']);
    assert.deepEqual(found.data, { company: "Anna's “Café” \\ 🍰\n", employees: 3.5 });
    assert.deepEqual(found.emailConfirmedAt, new Date(1_700_000_000_001));
    assert.equal(found.active, false);
    assert.equal(found.version, 1);
  },

  'returns an account without what was left out': async ({ repository }) => {
    const account = await created(repository);
    const found = await present(repository, account.id);
    assert.equal(found.password, null);
    assert.equal(found.username, null);
    assert.equal(found.emailConfirmedAt, null);
    assert.equal(found.passwordChangedAt, null);
    assert.equal(found.active, true);
    assert.deepEqual([found.roles, found.state, found.data], [[], {}, {}]);
    assert.deepEqual([found.loginCount, found.lastLogin, found.currentLogin], [0, null, null]);
  },

  'shows no password in what lists the properties of an account': async ({ repository }) => {
    const account = await created(repository, { password: '$secret$hash' });
    for (const one of [account, await present(repository, account.id)]) {
      assert.equal(one.password, '$secret$hash');
      assert.ok(!Object.keys(one).includes('password'));
      assert.ok(!JSON.stringify(one).includes('$secret$hash'));
    }
  },

  'compares keys byte by byte': async ({ repository }) => {
    const key = fresh('1:Ada');
    await created(repository, { emailKey: key });
    const others = [key.toLowerCase(), key.replace('A', 'Á'), `${key} `, key.toUpperCase()];
    for (const other of others) {
      assert.equal(await repository.findBy('email', other), null);
      await created(repository, { emailKey: other });
    }
  },

  'creates one account for an address, however many try at once': async (harness) => {
    const account = newAccount();
    const counts = await atOnce(20, await instancesOf(harness), (repository) => repository.create(account));
    assert.deepEqual(counts, { created: 1, taken: 19 });
  },

  'creates one account for an address with its credentials, however many try at once': async (harness) => {
    const account = newAccount();
    const counts = await atOnce(20, await instancesOf(harness), (repository) =>
      repository.create(account, [{ kind: 'oauth', externalId: fresh() }]),
    );
    assert.deepEqual(counts, { created: 1, taken: 19 });
    const found = await harness.repository.findBy('email', account.emailKey);
    assert.ok(found !== null);
    assert.equal((await harness.repository.credentials(found.id)).length, 1);
  },

  'creates one account for a username, however many try at once': async (harness) => {
    const usernameKey = fresh('1:');
    const counts = await atOnce(20, await instancesOf(harness), (repository) =>
      repository.create(newAccount({ username: 'Ada', usernameKey })),
    );
    assert.deepEqual(counts, { created: 1, taken: 19 });
  },

  'says what is taken': async ({ repository }) => {
    const usernameKey = fresh('1:');
    const externalId = fresh();
    const first = await created(repository, { username: 'Ada', usernameKey }, [{ kind: 'oauth', externalId }]);
    const taken = async (...parameters: Parameters<AccountRepository['create']>): Promise<unknown> => {
      const result = await repository.create(...parameters);
      return 'taken' in result ? result.taken : kindOf(result);
    };
    assert.equal(await taken(newAccount({ emailKey: first.emailKey })), 'email');
    assert.equal(await taken(newAccount({ username: 'ada', usernameKey })), 'username');
    assert.equal(await taken(newAccount(), [{ kind: 'oauth', externalId }]), 'credential');
  },

  'creates nothing if a credential is taken': async ({ repository }) => {
    const externalId = fresh();
    await created(repository, {}, [{ kind: 'oauth', externalId }]);
    const account = newAccount();
    const result = await repository.create(account, [
      { kind: 'oauth', externalId: fresh() },
      { kind: 'oauth', externalId },
    ]);
    assert.deepEqual(result, { taken: 'credential' });
    assert.equal(await repository.findBy('email', account.emailKey), null);
  },

  'updates an account of the expected version, and raises the version': async ({ repository }) => {
    const account = await created(repository, { password: 'old' });
    const emailKey = fresh('1:');
    const changes = {
      emailKey,
      active: false,
      roles: ['admin'],
      epoch: 1,
      state: { resetOwed: true },
      password: 'new',
    };
    const result = await repository.update(changedAccount(account, changes), 1);
    assert.ok('updated' in result);
    assert.equal(result.updated.version, 2);
    assert.equal(result.updated.password, 'new');
    const found = await present(repository, account.id);
    assert.deepEqual(found, result.updated);
    assert.equal(found.password, 'new');
    assert.equal(await repository.findBy('email', account.emailKey), null);
    assert.equal((await repository.findBy('email', emailKey))?.id, account.id);
  },

  'removes what an update sets to null': async ({ repository }) => {
    const usernameKey = fresh('1:');
    const account = await created(repository, { username: 'Ada', usernameKey, password: 'hash', locale: 'de' });
    const nothing = { username: null, usernameKey: null, password: null, passwordChangedAt: null, locale: null };
    assert.equal(kindOf(await repository.update(changedAccount(account, nothing), 1)), 'updated');
    const found = await present(repository, account.id);
    assert.deepEqual([found.username, found.usernameKey, found.password, found.locale], [null, null, null, null]);
    assert.equal(await repository.findBy('username', usernameKey), null);
    await created(repository, { username: 'Ada', usernameKey });
  },

  'refuses an update of an older version with the current account, and changes nothing': async ({ repository }) => {
    const account = await created(repository);
    assert.equal(kindOf(await repository.update(changedAccount(account, { locale: 'de' }), 1)), 'updated');
    const late = await repository.update(changedAccount(account, { locale: 'fr' }), 1);
    assert.ok('conflict' in late);
    assert.equal(late.conflict.locale, 'de');
    assert.equal(late.conflict.version, 2);
    assert.equal((await present(repository, account.id)).locale, 'de');
  },

  'lets one of many updates of a version succeed': async (harness) => {
    const account = await created(harness.repository);
    const counts = await atOnce(20, await instancesOf(harness), (repository, index) =>
      repository.update(changedAccount(account, { locale: `l${String(index)}` }), 1),
    );
    assert.deepEqual(counts, { updated: 1, conflict: 19 });
    assert.equal((await present(harness.repository, account.id)).version, 2);
  },

  'gives one of many accounts the address that they all change to': async (harness) => {
    const emailKey = fresh('1:');
    const accounts = await Promise.all(Array.from({ length: 10 }, () => created(harness.repository)));
    const counts = await atOnce(10, await instancesOf(harness), async (repository, index) => {
      const account = accounts[index];
      assert.ok(account !== undefined);
      const result = await repository.update(changedAccount(account, { emailKey }), 1);
      if ('taken' in result) assert.equal(result.taken, 'email');
      return result;
    });
    assert.deepEqual(counts, { updated: 1, taken: 9 });
  },

  'refuses an update to a username that is taken, and changes nothing': async ({ repository }) => {
    const usernameKey = fresh('1:');
    await created(repository, { username: 'Ada', usernameKey });
    const account = await created(repository);
    const result = await repository.update(changedAccount(account, { username: 'ada', usernameKey, locale: 'de' }), 1);
    assert.deepEqual(result, { taken: 'username' });
    assert.deepEqual(await present(repository, account.id), account);
  },

  'says that an account which is to be updated is gone, and does not bring it back': async ({ repository }) => {
    const account = await created(repository);
    assert.equal(await repository.delete(account.id), true);
    assert.deepEqual(await repository.update(changedAccount(account, { locale: 'de' }), 1), { gone: true });
    assert.equal(await repository.find(account.id), null);
  },

  'deletes an account with its credentials, and says which call did it': async (harness) => {
    const { repository } = harness;
    const account = await created(repository, {}, [{ kind: 'totp' }, { kind: 'passkey', externalId: fresh() }]);
    const counts = await atOnce(10, await instancesOf(harness), (one) => one.delete(account.id));
    assert.deepEqual(counts, { true: 1, false: 9 });
    assert.deepEqual(await credentialIds(repository, account.id), []);
    await created(repository, { emailKey: account.emailKey });
  },

  'counts logins, and keeps the last and the current one': async ({ repository }) => {
    const account = await created(repository);
    const [first, second] = [new Date(1_700_000_000_000), new Date(1_700_000_100_000)];
    await repository.track(account.id, { at: first, ip: '192.0.2.1' });
    await repository.track(account.id, { at: second, ip: null });
    const found = await present(repository, account.id);
    assert.equal(found.loginCount, 2);
    assert.deepEqual(found.lastLogin, { at: first, ip: '192.0.2.1' });
    assert.deepEqual(found.currentLogin, { at: second, ip: null });
  },

  'counts every login, however many there are at once, without a conflict with updates': async (harness) => {
    const account = await created(harness.repository);
    await atOnce(20, await instancesOf(harness), async (repository) => {
      await repository.track(account.id, { at: new Date(), ip: '192.0.2.1' });
      return true;
    });
    assert.equal((await present(harness.repository, account.id)).loginCount, 20);
    const result = await harness.repository.update(changedAccount(account, { locale: 'de' }), 1);
    assert.equal(kindOf(result), 'updated');
    assert.equal((await present(harness.repository, account.id)).loginCount, 20);
  },

  'ignores a login of an account that is gone': async ({ repository }) => {
    const id = fresh();
    await repository.track(id, { at: new Date(), ip: null });
    assert.equal(await repository.find(id), null);
  },

  'lists accounts page by page': async ({ repository }) => {
    const accounts = await Promise.all(Array.from({ length: 5 }, (_, at) => created(repository, { active: at !== 0 })));
    const wanted = new Set(accounts.map(({ id }) => id));
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await repository.list(after === undefined ? { limit: 2 } : { limit: 2, after });
      assert.ok(page.accounts.length <= 2);
      seen.push(...page.accounts.map(({ id }) => id).filter((id) => wanted.has(id)));
      after = page.next ?? undefined;
    } while (after !== undefined);
    assert.equal(seen.length, 5);
    assert.equal(new Set(seen).size, 5);
  },

  'lists active and disabled accounts apart': async ({ repository }) => {
    const [active, disabled] = [await created(repository), await created(repository, { active: false })];
    for (const isActive of [true, false]) {
      const ids: string[] = [];
      let after: string | undefined;
      do {
        const page = await repository.list({ active: isActive, limit: 1_000, ...(after !== undefined && { after }) });
        assert.ok(page.accounts.every((account) => account.active === isActive));
        ids.push(...page.accounts.map(({ id }) => id));
        after = page.next ?? undefined;
      } while (after !== undefined);
      assert.equal(ids.includes(active.id), isActive);
      assert.equal(ids.includes(disabled.id), !isActive);
    }
  },

  'lists accounts by what their address or username contains': async ({ repository }) => {
    const part = fresh().toLowerCase();
    const [byEmail, byUsername, other] = [
      await created(repository, { emailKey: `1:a%_${part}@example.com` }),
      await created(repository, { username: 'Ada', usernameKey: `1:grüße-${part}` }),
      await created(repository),
    ];
    const found = async (search: string): Promise<string[]> =>
      (await repository.list({ search })).accounts.map(({ id }) => id);
    assert.deepEqual(new Set(await found(part)), new Set([byEmail.id, byUsername.id]));
    assert.deepEqual(await found(`grüße-${part}`), [byUsername.id]);
    assert.deepEqual(await found(`a%_${part}@`), [byEmail.id]);
    assert.deepEqual(await found(`axx${part}`), []);
    assert.deepEqual(await found(`1:a%_${part}`), []);
    assert.deepEqual((await repository.list({ search: part, active: false })).accounts, []);
    assert.ok(!(await found(part)).includes(other.id));
  },

  'lists the accounts that have a role': async ({ repository }) => {
    const role = `Büro "${fresh()}"`;
    const [account] = [await created(repository, { roles: ['staff', role] }), await created(repository, { roles: [] })];
    const found = async (wanted: string): Promise<string[]> =>
      (await repository.list({ role: wanted })).accounts.map(({ id }) => id);
    assert.deepEqual(await found(role), [account.id]);
    assert.deepEqual(await found(role.toUpperCase()), []);
    assert.deepEqual(await found(role.slice(1)), []);
    assert.deepEqual((await repository.list({ role, search: fresh() })).accounts, []);
  },

  'is not changed by what the caller does to an account': async ({ repository }) => {
    const data = { company: 'before' };
    const account = await created(repository, { data });
    data.company = 'after';
    Object.assign((await present(repository, account.id)).data, { company: 'after' });
    assert.deepEqual((await present(repository, account.id)).data, { company: 'before' });
  },
});

const halfCharacter = '\ud800';
const megabyte = 'x'.repeat(1024 * 1024);

export const hostileAccountCases = accountCases({
  'rejects values that no database stores unchanged, and stores nothing': async ({ repository }) => {
    for (const text of ['a\0b', `a${halfCharacter}`, megabyte]) {
      const values = [
        { email: text },
        { emailKey: text },
        { username: text, usernameKey: fresh() },
        { username: 'ada', usernameKey: text },
        { password: text },
        { locale: text },
        { roles: [text] },
        { data: { text } },
        { state: { [text]: 1 } },
      ];
      for (const value of values) {
        const account = newAccount(value);
        await assert.rejects(repository.create(account), { name: 'AccountValueError' });
        if (!('emailKey' in value)) assert.equal(await repository.findBy('email', account.emailKey), null);
      }
      const account = await created(repository);
      await assert.rejects(repository.update(changedAccount(account, { data: { text } }), 1), {
        name: 'AccountValueError',
      });
      await assert.rejects(repository.addCredential(account.id, { kind: 'totp', externalId: text }), {
        name: 'AccountValueError',
      });
      await assert.rejects(repository.replaceCredentials(account.id, 'totp', [{ kind: 'totp', name: text }]), {
        name: 'AccountValueError',
      });
      assert.deepEqual(await present(repository, account.id), account);
      assert.deepEqual(await credentialIds(repository, account.id), []);
    }
  },

  'does not show a rejected value': async ({ repository }) => {
    const rejected: unknown = await repository
      .create(newAccount({ password: 'secret\0hash' }))
      .catch((error: unknown) => error);
    assert.ok(rejected instanceof Error && !rejected.message.includes('secret'));
  },

  'finds nothing by what can never be stored': async ({ repository }) => {
    for (const text of ['a\0b', halfCharacter, megabyte, "' OR 1 = 1 --", '%', '\\', '']) {
      assert.equal(await repository.find(text), null);
      assert.equal(await repository.findBy('email', text), null);
      assert.equal(await repository.findCredential('totp', text), null);
      assert.deepEqual(await repository.credentials(text), []);
      assert.equal(await repository.delete(text), false);
      assert.equal(await repository.deleteCredential(text, 1), false);
    }
  },

  'keeps text that could end a string of SQL': async ({ repository }) => {
    const text = `'"\`\\'; DROP TABLE accounts; -- ${fresh()} %_\u2028\u001a`;
    const account = await created(repository, { emailKey: text, data: { text }, password: text });
    const found = await repository.findBy('email', text);
    assert.ok(found !== null);
    assert.deepEqual(found, account);
    assert.equal(found.password, text);
  },

  'rejects an account whose password was lost by copying it': async ({ repository }) => {
    const account = await created(repository, { password: 'hash' });
    await assert.rejects(repository.update({ ...account }, 1), { name: 'AccountValueError' });
    assert.equal((await present(repository, account.id)).password, 'hash');
  },
});
