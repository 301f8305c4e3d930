import type { KeyRing } from '../../cookie/key-ring.js';
import { changeRecord, type RecordChange } from '../../session/compare-and-set.js';
import type { SessionStore } from '../../stores/session-store.js';
import { deviceLifetime } from './known-devices.js';

const purpose = 'known-device-epoch:v1';

/**
 * Since when an account's devices are known: someone who once knew its password may have collected any number of device
 * cookies. Kept in the session store for as long as a device is known, and read when a device appears that is known for the
 * account.
 */
export class DeviceEpochs {
  constructor(
    private readonly store: SessionStore,
    private readonly keyPrefix: string,
    private readonly keys: KeyRing,
    private readonly now: () => number,
  ) {}

  /** In ms: devices that have not logged in since are unknown; 0: all are known. */
  async of(account: string): Promise<number> {
    let latest = 0;
    for (const key of this.#keysOf(account)) {
      const found = await this.store.read(key);
      if (found !== null) latest = Math.max(latest, timeIn(found.bytes));
    }
    return latest;
  }

  /** Devices that are known for the account become unknown until they log in again. */
  async raise(account: string): Promise<void> {
    const [key = ''] = this.#keysOf(account);
    const raised = (): RecordChange => ({ bytes: Buffer.from(String(this.now())), ttlMs: deviceLifetime });
    // Until it is: a device that is still known would guess without a limit.
    await changeRecord(this.store, key, null, raised, Number.POSITIVE_INFINITY);
  }

  /** Under the current secret, and under former ones, with which it may have been raised. */
  #keysOf(account: string): string[] {
    return this.keys.signatures(purpose, account).map((hash) => `${this.keyPrefix}devices:${hash}`);
  }
}

function timeIn(bytes: Uint8Array): number {
  const time = Number(Buffer.from(bytes).toString('latin1'));
  return Number.isFinite(time) ? time : 0;
}
