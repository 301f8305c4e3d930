import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { apiReports } from '../../scripts/reference/api.js';
import { project } from './pages.js';

const reports = apiReports();

describe('the reports of what the package exports', () => {
  it.each(Object.keys(reports))('%s is what `npm run api` makes of the build', (path) => {
    expect(readFileSync(join(project, path), 'utf8')).toBe(reports[path]);
  });

  it('are of entry points that exist', () => {
    const found = readdirSync(join(project, 'etc/api')).map((name) => `etc/api/${name}`);
    expect(found.sort()).toEqual(Object.keys(reports).sort());
  });

  it('show a method with its parameters, and a type that is named without being exported', () => {
    expect(reports['etc/api/index.api.md']).toContain('    logoutAllUsers(): Promise<void>;\n');
    expect(reports['etc/api/redis.api.md']).toMatch(/## Types that these name[^]+type Integer = number \| string;/);
  });

  it('show nothing that is private, and no comment', () => {
    expect(Object.values(reports).join('')).not.toMatch(/^ +(#|private )|^ *\/?\*/m);
  });
});
