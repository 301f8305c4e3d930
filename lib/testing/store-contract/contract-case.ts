import { isBulkReadable, isListable, isOwned, isPrunable, type SessionStore } from '../../stores/session-store.js';

/**
 * An ability of a store. `prune`, `keys`, `read-many` and `owner-index` are optional; the rest is the contract of {@link SessionStore}.
 *
 * @publicApi
 */
export type StoreAbility =
  | 'read-write'
  | 'expiry'
  | 'compare-and-set'
  | 'gone'
  | 'many-at-once'
  | 'prune'
  | 'keys'
  | 'read-many'
  | 'owner-index';

/** A store to test, and how to get another instance. @publicApi */
export interface StoreHarness {
  /** On data that only these tests use; it need not be empty. */
  readonly store: SessionStore;
  /**
   * Another store on the same data, as another process of the application would have it. Omit it if there can be none, as in
   * memory.
   */
  readonly anotherInstance?: () => SessionStore | Promise<SessionStore>;
}

/** One requirement of the contract. @publicApi */
export interface ContractCase {
  readonly ability: StoreAbility;
  /** What the store does, to be read after its name. */
  readonly name: string;
  /** Resolves if the store does so; rejects with an `AssertionError` if not. */
  run(harness: StoreHarness): Promise<void>;
}

/** Whether `store` has the ability. If not, its cases do not apply; that is no violation. @publicApi */
export function offers(store: SessionStore, ability: StoreAbility): boolean {
  switch (ability) {
    case 'prune':
      return isPrunable(store);
    case 'keys':
      return isListable(store);
    case 'read-many':
      return isBulkReadable(store);
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
