import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { ChildNode } from '../../../support/child-node.js';
import { compiledLib } from '../../../support/compiled-lib.js';

const making = `
  const [entry, path] = process.argv.slice(1);
  const { create } = await import(entry);
  const log = { warn: console.log, error: console.log };
  await create({ path }, { log }).catch((error) => console.log(error.code + ': ' + error.message));
`;

describe('the LMDB store without its library', () => {
  it('names the package and the command that installs it, and is not made', async () => {
    const lib = compiledLib('config', 'stores', 'stores/lmdb');
    try {
      rmSync(join(lib.path, 'node_modules'));
      const entry = pathToFileURL(join(lib.path, 'stores/lmdb/create.js')).href;
      const child = new ChildNode(making, entry, join(lib.path, 'sessions'));
      await child.end();
      expect(child.output).toBe(
        'SESSION_PEER_MISSING: The LMDB store needs the package "lmdb", which is not installed: npm install lmdb\n',
      );
    } finally {
      lib.remove();
    }
  });
});
