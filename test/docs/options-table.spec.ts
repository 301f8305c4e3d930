import { describe, expect, it } from '@jest/globals';
import { optionsTable } from '../../lib/config/table.js';
import { sessionModuleOptions } from '../../lib/session-module.options.js';
import { pages } from './pages.js';

const place = /<!-- options: made by npm run docs -->([^]*?)<!-- \/options -->/g;

describe('the table of options', () => {
  it('stands in the readme, and is what `npm run docs` makes, wherever it stands', () => {
    const tables = pages().flatMap(({ path, text }) =>
      [...text.matchAll(place)].map(([, table = '']) => ({ path, table: table.trim() })),
    );
    expect(tables.map(({ path }) => path)).toContain('README.md');
    const table = optionsTable(sessionModuleOptions);
    expect(tables).toEqual(tables.map(({ path }) => ({ path, table })));
  });
});
