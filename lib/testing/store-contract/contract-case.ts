import { isListable, isOwned, isPrunable, type SessionStore } from '../../stores/session-store.js';

/**
 * What a store is able to do. `prune`, `keys` and `owner-index` are offered by some; the rest is the law of {@link SessionStore}.
 *
 * @publicApi
 */
export type StoreAbility =
  'read-write' | 'expiry' | 'compare-and-set' | 'gone' | 'many-at-once' | 'prune' | 'keys' | 'owner-index';

/** A store to be tried, and how to come by another one. @publicApi */
export interface StoreHarness {
  /** Over data that nothing but the contract uses; it need not be empty. */
  readonly store: SessionStore;
  /**
   * Another store on the same data, as another process of the application would have it. Left out where there can be
   * none, as in memory.
   */
  readonly anotherInstance?: () => SessionStore | Promise<SessionStore>;
}

/** One thing that the law asks of a store. @publicApi */
export interface ContractCase {
  readonly ability: StoreAbility;
  /** What the store does, to be read after its name. */
  readonly name: string;
  /** Resolves if the store does so; rejects with an `AssertionError` if not. */
  run(harness: StoreHarness): Promise<void>;
}

/** Whether `store` has the ability. One that it lacks is no fault; its cases do not apply. @publicApi */
export function offers(store: SessionStore, ability: StoreAbility): boolean {
  switch (ability) {
    case 'prune':
      return isPrunable(store);
    case 'keys':
      return isListable(store);
    case 'owner-index':
      return isOwned(store);
    default:
      return true;
  }
}

/** The cases of one ability. */
export function casesOf(
  ability: StoreAbility,
  cases: Readonly<Record<string, (harness: StoreHarness) => Promise<void>>>,
): ContractCase[] {
  return Object.entries(cases).map(([name, run]) => ({ ability, name, run }));
}
