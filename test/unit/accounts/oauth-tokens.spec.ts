import { expect, it } from '@jest/globals';
import { TokenSeal } from '../../../lib/accounts/oauth/access/token-seal.js';
import { KeyRing } from '../../../lib/cookie/key-ring.js';
import { MemoryStore } from '../../../lib/stores/memory/index.js';
import { startAccounts } from '../../support/accounts-app.js';
import { testSecret } from '../../support/app.js';

it('tokens of a provider do not move into another login, even for who can write to the store', () => {
  const seal = new TokenSeal(new KeyRing(testSecret));
  const tokens = {
    ...{ accessToken: 'access', refreshToken: 'refresh', askedAt: 0, expiresAt: null },
    ...{ scopes: [], key: null, client: 'client' },
  };
  const login = seal.put({ userId: 'ada', at: 1 }, 'acme', tokens);
  expect(seal.in({ ...login, at: 5, since: 1 }, 'acme')).toEqual(tokens);
  expect(seal.in({ ...login, userId: 'bo' }, 'acme')).toBeNull();
  expect(seal.in({ ...login, at: 5 }, 'acme')).toBeNull();
  expect(seal.in({ ...login, sealed: { 'oauth:other': login.sealed?.['oauth:acme'] ?? '' } }, 'other')).toBeNull();
  expect(JSON.stringify(login)).not.toContain('access');
});

it('tokens of a provider need sessions in a store, as the start says', async () => {
  const acme = { issuer: 'https://acme.example', clientId: 'the-shop', keepTokens: true };
  const accounts = { proofs: { store: new MemoryStore() }, oauth: { providers: { acme } } };
  await expect(startAccounts(accounts, { session: { type: 'cookie' } })).rejects.toThrow(/acme\.keepTokens/);
});
