import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { INestApplication, Type } from '@nestjs/common';
import type { CorsOptions } from '@nestjs/common/interfaces/external/cors-options.interface.js';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import ts from 'typescript';
import { startRecipe } from '../docs/application.js';
import { recipeOf, type Recipe } from '../docs/recipe.js';
import { openChromium } from './chromium.js';

const site = createServer();
let recipe: Recipe;
let app: INestApplication;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  await once(site.listen(0, '127.0.0.1'), 'listening');
  origin = `http://localhost:${String((site.address() as AddressInfo).port)}`;
  process.env['WEB_ORIGINS'] = origin;
  recipe = recipeOf('docs/recipes/spa-and-api.md');
  const { AppModule } = (await recipe.load('src/app.module.ts')) as { AppModule: Type };
  const { cors } = (await recipe.load('src/cors.ts')) as { cors: CorsOptions };
  app = await startRecipe(AppModule, 'express', (app) => {
    app.enableCors(cors);
  });
  const api = (await app.getUrl()).replace('127.0.0.1', 'localhost');
  const client = ts.transpile(recipe.text('src/client/api.ts').replace('http://localhost:3000', api), {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ES2022,
  });
  site.on('request', ({ url }, response) => {
    if (url === '/api.js') response.setHeader('content-type', 'text/javascript').end(client);
    else response.setHeader('content-type', 'text/html').end('<script type="module" src="/api.js"></script>');
  });
  browser = await openChromium();
});

afterAll(async () => {
  await browser.close();
  await app.close();
  site.close();
  recipe.remove();
  delete process.env['WEB_ORIGINS'];
});

it("lets the recipe's page log in at an API on another origin, stay logged in, and log out", async () => {
  const page = await browser.newPage();
  await page.goto(origin);
  const seen = await page.evaluate(`(async () => {
    const { currentUser, login, logout } = await import('/api.js');
    const refused = await login('ada@example.com', 'wrong').catch(({ status, message }) => [status, message]);
    const user = await login('ada@example.com', 'correct horse');
    const known = await currentUser();
    await logout();
    return { refused, user, known, after: await currentUser() };
  })()`);
  const ada = { id: 1, email: 'ada@example.com' };
  expect(seen).toEqual({ refused: [401, 'Wrong email address or password.'], user: ada, known: ada, after: null });
});
