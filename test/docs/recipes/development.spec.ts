import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { withEnvironment } from '../../support/environment.js';
import { CookieJar } from '../../support/jar.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { startRecipe } from '../application.js';
import { codeBlocks, pages } from '../pages.js';
import { recipeOf, type Recipe } from '../recipe.js';

const path = 'docs/recipes/development.md';
const page = pages().find((page) => page.path === path) ?? { path, text: '' };
const settings = Object.fromEntries(
  (codeBlocks(page).find(({ language }) => language === 'ini')?.code ?? '')
    .trim()
    .split('\n')
    .map((line) => line.split('=') as [string, string]),
);

let recipe: Recipe;
let AppModule: Type;
let folder: ReturnType<typeof temporaryFolder>;

beforeAll(async () => {
  recipe = recipeOf(path);
  ({ AppModule } = (await recipe.load('src/app.module.ts')) as { AppModule: Type });
});

afterAll(() => {
  recipe.remove();
});

beforeEach(() => {
  folder = temporaryFolder('development');
});

afterEach(() => {
  folder.remove();
});

/** What a browser sees before and after a restart with these settings. */
async function beforeAndAfter(environment: Readonly<Record<string, string | undefined>>): Promise<unknown[]> {
  return withEnvironment(environment, async () => {
    const first = await startRecipe(AppModule);
    const browser = new CookieJar(await first.getUrl());
    const before = await browser.json('/');
    await first.close();
    const second = await startRecipe(AppModule);
    const after = await browser.copy(await second.getUrl()).json('/');
    await second.close();
    return [before, after];
  });
}

it('keeps sessions over a restart with the settings of the page', async () => {
  expect(Object.keys(settings)).toEqual(['SECRET_KEY', 'SESSION_TYPE', 'SESSION_FILE_DIR']);
  const seen = await beforeAndAfter({ ...settings, SESSION_FILE_DIR: folder.path });
  expect(seen).toEqual([{ visits: 1 }, { visits: 2 }]);
});

it.each(['SECRET_KEY', 'SESSION_TYPE'])('loses them without %s', async (missing) => {
  const seen = await beforeAndAfter({ ...settings, SESSION_FILE_DIR: folder.path, [missing]: undefined });
  expect(seen).toEqual([{ visits: 1 }, { visits: 1 }]);
});
