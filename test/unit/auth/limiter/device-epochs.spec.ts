import { beforeEach, describe, expect, it } from '@jest/globals';
import { DeviceEpochs } from '../../../../lib/auth/limiter/device-epochs.js';
import { deviceLifetime } from '../../../../lib/auth/limiter/known-devices.js';
import { KeyRing } from '../../../../lib/cookie/key-ring.js';
import { MemoryStore } from '../../../../lib/stores/memory/index.js';
import { standaloneContext } from '../../../../lib/stores/store-context.js';

const secret = 'a-secret-for-tests-of-32-bytes-and-more';

let time: number;
let store: MemoryStore;

beforeEach(() => {
  time = Date.UTC(2026, 5, 1);
  store = new MemoryStore({}, { ...standaloneContext, now: () => time });
});

function epochs(keys = new KeyRing(secret)): DeviceEpochs {
  return new DeviceEpochs(store, 'limiter:', keys, () => time);
}

describe('since when the devices of an account count', () => {
  it('is since ever, and since it was raised last, for that account alone', async () => {
    expect(await epochs().of('ada')).toBe(0);
    await epochs().raise('ada');
    time += 1000;
    await epochs().raise('ada');
    expect(await epochs().of('ada')).toBe(time);
    expect(await epochs().of('bob')).toBe(0);
  });

  it('is kept for as long as any device of before is known', async () => {
    await epochs().raise('ada');
    const raised = time;
    time += deviceLifetime - 1;
    expect(await epochs().of('ada')).toBe(raised);
  });

  it('is found after the secret was replaced', async () => {
    await epochs().raise('ada');
    const replaced = new KeyRing('another-secret-of-32-bytes-or-more', [secret]);
    expect(await epochs(replaced).of('ada')).toBe(time);
  });

  it('is what the last of parallel requests has raised it to, and shows no account', async () => {
    await Promise.all(Array.from({ length: 5 }, () => epochs().raise('ada')));
    const keys: string[] = [];
    for await (const key of store.keys()) keys.push(key);
    expect(keys).toEqual([expect.stringMatching(/^limiter:devices:[\w-]{43}$/)]);
  });
});
