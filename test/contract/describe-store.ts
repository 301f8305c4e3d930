import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionStore } from '../../lib/stores/session-store.js';
import { offers, type StoreAbility, storeContract } from '../../lib/testing/index.js';

export interface StoreUnderTest {
  /** A store; called again, another instance on the same data. */
  open(): SessionStore | Promise<SessionStore>;
  /** True: instances do not share their data. */
  readonly isAlone?: boolean;
  /** It has the ability `read-many`, which few have. */
  readonly readsMany?: true;
  readonly lacks?: readonly StoreAbility[];
  /** Starts what the store needs; run before the first case. */
  start?(): Promise<void>;
  stop?(): Promise<void>;
}

/** Runs the contract of session stores on a store, a test per case; what the store does not offer is listed as such. */
export function describeStore(name: string, subject: StoreUnderTest): void {
  const lacks = new Set<StoreAbility>(subject.lacks);
  if (subject.readsMany !== true) lacks.add('read-many');

  describe(name, () => {
    beforeAll(async () => {
      await subject.start?.();
    });

    afterAll(async () => {
      await subject.stop?.();
    });

    for (const { ability, name: behaviour, run } of storeContract()) {
      if (lacks.has(ability)) continue;
      it(`${ability}: ${behaviour}`, async () => {
        await withStores(subject, async (open) => {
          const store = await open();
          await run(subject.isAlone === true ? { store } : { store, anotherInstance: open });
        });
      });
    }

    for (const ability of lacks) {
      it(`${ability}: not offered`, async () => {
        await withStores(subject, async (open) => {
          expect(offers(await open(), ability)).toBe(false);
        });
      });
    }
  });
}

async function withStores(
  subject: StoreUnderTest,
  work: (open: () => Promise<SessionStore>) => Promise<void>,
): Promise<void> {
  const opened: SessionStore[] = [];
  try {
    await work(async () => {
      const store = await subject.open();
      opened.push(store);
      return store;
    });
  } finally {
    for (const store of opened) await store.close?.();
  }
}
