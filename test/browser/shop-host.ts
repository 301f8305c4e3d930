import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ShopProcess } from './shop-process.js';

const script = join(import.meta.dirname, 'shop-host.mjs');
const idle: ShopProcess[] = [];

/** A process that opens shops, one at a time: one that has had some before, if there is any. */
export function takeHost(): ShopProcess {
  const host = idle.pop() ?? new ShopProcess(script, tmpdir());
  host.holds(true);
  return host;
}

/** Has the host close its shop, and keeps it for the next one; the host ends with this process. */
export async function giveBack(host: ShopProcess): Promise<void> {
  host.tell('null');
  await host.says(/^The shop is closed\.$/m);
  host.holds(false);
  host.forgetOutput();
  idle.push(host);
}
