import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
    // As a user's, not as this project's own: modules anew for each file, by Jest's runtime.
    const own = {
      rootDir: recipe.folder,
      testRegex: '\\.spec\\.ts$',
      extensionsToTreatAsEsm: ['.ts'],
      moduleNameMapper: {
        '^(\\.{1,2}/.*)\\.js$': '$1',
        '^nestjs-session-auth$': join(project, 'lib/index.ts'),
        '^nestjs-session-auth/testing$': join(project, 'lib/testing/index.ts'),
      },
      transform: { '\\.ts$': ['@swc/jest', JSON.parse(readFileSync(join(project, 'scripts/swc.json'), 'utf8'))] },
    };
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
