import { compareAndSetCases } from './compare-and-set.js';
import type { ContractCase } from './contract-case.js';
import { expiryCases } from './expiry.js';
import { goneCases } from './gone.js';
import { keysCases } from './keys.js';
import { manyAtOnceCases } from './many-at-once.js';
import { ownerIndexCases } from './owner-index.js';
import { pruneCases } from './prune.js';
import { readManyCases } from './read-many.js';
import { readWriteCases } from './read-write.js';

export { type ContractCase, offers, type StoreAbility, type StoreHarness } from './contract-case.js';

/**
 * The contract of session stores as cases that need no test runner: each takes a store and rejects if the store violates it.
 * Run them against the real technology.
 *
 * ```ts
 * for (const { ability, name, run } of storeContract()) {
 *   if (offers(store, ability)) test(`${ability}: ${name}`, () => run({ store }));
 * }
 * ```
 *
 * @publicApi
 */
export function storeContract(): ContractCase[] {
  return [
    ...readWriteCases,
    ...expiryCases,
    ...compareAndSetCases,
    ...goneCases,
    ...manyAtOnceCases,
    ...pruneCases,
    ...keysCases,
    ...readManyCases,
    ...ownerIndexCases,
  ];
}
