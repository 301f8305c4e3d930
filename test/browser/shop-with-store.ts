import { RedisServer } from '../support/servers/redis.js';
import { RunningShop } from './running-shop.js';

const storeKinds = ['memory', 'lmdb', 'redis'] as const;
export type StoreKind = (typeof storeKinds)[number];

/** The pages are the same, whatever the store: a table of pages runs with one, and in the nightly form (`TEST_FULL=1`) with all. */
export function storesFor(kind: StoreKind): readonly StoreKind[] {
  return process.env['TEST_FULL'] === '1' ? storeKinds : [kind];
}

/** A shop, and the server that it keeps its sessions in, if it needs one. */
export interface ShopWithStore {
  readonly shop: RunningShop;
  close(): Promise<void>;
}

export async function openShop(kind: StoreKind, environment: Record<string, string> = {}): Promise<ShopWithStore> {
  if (kind !== 'redis') {
    const shop = await RunningShop.open({ SESSION_TYPE: kind, ...environment });
    return { shop, close: () => shop.close() };
  }
  const redis = await RedisServer.start();
  try {
    const shop = await RunningShop.open({ SESSION_TYPE: 'redis', SESSION_REDIS: redis.url, ...environment });
    return {
      shop,
      async close() {
        await shop.close();
        await redis.stop();
      },
    };
  } catch (error) {
    await redis.stop();
    throw error;
  }
}
