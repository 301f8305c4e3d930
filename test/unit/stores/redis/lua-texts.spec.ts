import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { luaTexts } from '../../../../lib/stores/redis/lua-texts.js';

const folder = join('lib', 'stores', 'redis');

it('the scripts in the code are those in the .lua files (npm run build writes them anew)', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.lua'));
  expect(files).not.toEqual([]);
  expect(luaTexts).toEqual(Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')])));
});
