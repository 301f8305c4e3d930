/** What tests want: the contract of a session store, for whoever writes one. */

export {
  type ContractCase,
  offers,
  type StoreAbility,
  storeContract,
  type StoreHarness,
} from './store-contract/index.js';
