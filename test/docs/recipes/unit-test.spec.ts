import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { patienceMs } from '../../support/patience.js';
import { project } from '../pages.js';
import { recipeOf, type Recipe } from '../recipe.js';

let recipe: Recipe;

beforeAll(() => {
  recipe = recipeOf('docs/recipes/unit-test.md');
});

afterAll(() => {
  recipe.remove();
});

it(
  'has tests that pass as the page shows them',
  async () => {
    const { default: config } = (await import(pathToFileURL(join(project, 'jest.config.mjs')).href)) as {
      default: object;
    };
    const own = { ...config, rootDir: project, roots: [recipe.folder], modulePathIgnorePatterns: [] };
    writeFileSync(join(recipe.folder, 'jest.json'), JSON.stringify(own));
    const jest = [join(project, 'node_modules/jest/bin/jest.js'), '--config', join(recipe.folder, 'jest.json')];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', ...jest, '--json'],
      { cwd: project, env: { PATH: process.env['PATH'] } },
    );
    expect(JSON.parse(stdout)).toMatchObject({ numPassedTests: 5, numTotalTests: 5, numTotalTestSuites: 2 });
  },
  patienceMs,
);
