import type { KeyRing } from '../../cookie/key-ring.js';
import type { SessionStore } from '../../stores/session-store.js';
import { deviceLifetime } from './known-devices.js';

const purpose = 'known-device-epoch:v1';

/**
 * Since when the devices of an account count: whoever knew its password once may have collected cookies of as many as he liked. Kept in
 * the session store for as long as a device is known, and asked for where one shows up that is known for the account.
 */
export class DeviceEpochs {
  constructor(
    private readonly store: SessionStore,
    private readonly keyPrefix: string,
    private readonly keys: KeyRing,
    private readonly now: () => number,
  ) {}

  /** In ms: devices that have not logged in after that are not known; 0: all are. */
  async of(account: string): Promise<number> {
    let latest = 0;
    for (const key of this.#keysOf(account)) {
      const found = await this.store.read(key);
      if (found !== null) latest = Math.max(latest, timeIn(found.bytes));
    }
    return latest;
  }

  /** Devices that are known for the account so far are strangers from now on, until they log in. */
  async raise(account: string): Promise<void> {
    const [key = ''] = this.#keysOf(account);
    let expected: unknown = 'absent';
    for (;;) {
      const time = Buffer.from(String(this.now()));
      const result = await this.store.write(key, time, deviceLifetime, expected);
      if ('written' in result) return;
      // Another request has raised it meanwhile, or long before.
      expected = 'conflict' in result ? result.conflict.version : 'absent';
    }
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
