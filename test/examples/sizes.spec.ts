import { expect, it } from '@jest/globals';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const folders = readdirSync('examples').filter((name) => statSync(join('examples', name)).isDirectory());

it.each(folders)('the example %s has fewer than 200 lines, and the list names it', (folder) => {
  const files = readdirSync(join('examples', folder)).map((name) =>
    readFileSync(join('examples', folder, name), 'utf8'),
  );
  expect(files.reduce((sum, text) => sum + text.split('\n').length - 1, 0)).toBeLessThan(200);
  expect(readFileSync('examples/README.md', 'utf8')).toContain(`[${folder}](${folder})`);
});
