/**
 * Opens one shop after the other in one process, so that the modules of the sample are loaded once: that takes ten times as long as
 * all else. Reads commands as lines of JSON: `{ folder, environment }` opens a shop, and `null` closes it.
 */
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { openShop } from '../../.cache/sample/open-shop.js';

const own = process.env;
let shop = null;

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if (command === null) {
    await shop.close();
    shop = null;
    // Its folder is about to be removed.
    process.chdir(tmpdir());
    process.stdout.write('The shop is closed.\n');
  } else {
    process.chdir(command.folder);
    process.env = { ...own, ...command.environment };
    shop = await openShop();
    if (shop === null) process.exit(1);
  }
}
// Nobody is there any more to close a shop that may be open.
process.exit();
